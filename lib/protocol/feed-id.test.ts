import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeedlineError } from './errors.ts';
import { parseFeedId } from './feed-id.ts';

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof FeedlineError) return error.code;
    throw error;
  }
  return undefined;
}

describe('feed ID', () => {
  it('is any UTF-8 up to 256 bytes, decoded exactly once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (id) => {
        fc.pre(id.isWellFormed());
        expect(parseFeedId(encodeURIComponent(id))).toBe(id);
      }),
    );
    expect(parseFeedId('a%2525')).toBe('a%25');
    expect(parseFeedId('%0D%0A%00')).toBe('\r\n\0');
  });

  it('is refused with its own code when empty, too long or not UTF-8', () => {
    expect(codeOf(() => parseFeedId(''))).toBe('id-empty');
    expect(codeOf(() => parseFeedId('a'.repeat(256)))).toBeUndefined();
    expect(codeOf(() => parseFeedId('a'.repeat(257)))).toBe('id-too-long');
    expect(codeOf(() => parseFeedId(encodeURIComponent('ä'.repeat(129))))).toBe('id-too-long');
    expect(codeOf(() => parseFeedId('%ff'))).toBe('id-undecodable');
    expect(codeOf(() => parseFeedId('%E0%A4%A'))).toBe('id-undecodable');
  });
});
