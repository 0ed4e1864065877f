import { describe, expect, it } from 'vitest';
import { FEED_PREVIEW_MAX_CHARS } from '../../protocol/constants.ts';
import { PREVIEW_BYTES, previewOf } from './value-preview.ts';

function preview(value: Buffer | string): ReturnType<typeof previewOf> {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(PREVIEW_BYTES, 0xff);
  bytes.copy(head);
  return previewOf(head, bytes.length);
}

describe('preview of a value', () => {
  it('is the whole of a short text', () => {
    expect(preview('{"seq":1}')).toEqual({ kind: 'text', text: '{"seq":1}', isCut: false });
    expect(preview('')).toEqual({ kind: 'text', text: '', isCut: false });
    const longest = 'x'.repeat(FEED_PREVIEW_MAX_CHARS);
    expect(preview(longest)).toEqual({ kind: 'text', text: longest, isCut: false });
  });

  it('of a longer one is its beginning, and says so', () => {
    const text = 'x'.repeat(FEED_PREVIEW_MAX_CHARS);
    expect(preview(`${text}y`)).toEqual({ kind: 'text', text, isCut: true });
  });

  it('never ends within a character, wherever it is cut', () => {
    for (const character of ['é', '語', '🦊']) {
      for (let shift = 0; shift < 5; shift += 1) {
        const value = 'x'.repeat(shift) + character.repeat(200);
        const found = preview(value);
        if (found.kind !== 'text') throw new Error(`"${character}" shifted by ${shift} was taken for ${found.kind}.`);
        expect(value.startsWith(found.text)).toBe(true);
        expect(found.text.isWellFormed()).toBe(true);
        expect(found.text.length).toBeGreaterThan(FEED_PREVIEW_MAX_CHARS / 2);
        expect(found.text.length).toBeLessThanOrEqual(FEED_PREVIEW_MAX_CHARS);
        expect(found.isCut).toBe(true);
      }
    }
  });

  it('of bytes that are not UTF-8 is only how many there are, also where they are no text only at their end', () => {
    expect(preview(Buffer.from([0xff, 0xfe, 0x00]))).toEqual({ kind: 'binary', bytes: 3 });
    expect(preview(Buffer.from('é').subarray(0, 1))).toEqual({ kind: 'binary', bytes: 1 });
    expect(preview(Buffer.alloc(1_000, 0x80))).toEqual({ kind: 'binary', bytes: 1_000 });
  });
});
