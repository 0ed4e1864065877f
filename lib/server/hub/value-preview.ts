import { isUtf8 } from 'node:buffer';
import { FEED_PREVIEW_MAX_CHARS } from '../../protocol/constants.ts';
import type { ValuePreview } from '../../protocol/events.ts';

/** What is kept of a value: enough for all characters of a preview in most scripts, and for fewer in the others. */
export const PREVIEW_BYTES = 2 * FEED_PREVIEW_MAX_CHARS;

/**
 * The beginning of a value, for a list.
 *
 * @param head its first `PREVIEW_BYTES` bytes; what stands behind the end of a shorter value is not looked at
 * @param valueBytes how long the value is; null for a tombstone
 */
export function previewOf(head: Buffer, valueBytes: number | null): ValuePreview {
  if (valueBytes === null) return { kind: 'null' };
  const kept = head.subarray(0, Math.min(valueBytes, PREVIEW_BYTES));
  const whole = kept.length < valueBytes ? withoutCutCharacter(kept) : kept;
  if (!isUtf8(whole)) return { kind: 'binary', bytes: valueBytes };
  const all = whole.toString('utf8');
  const text = firstChars(all);
  return { kind: 'text', text, isCut: text.length < all.length || kept.length < valueBytes };
}

/** Without the bytes at the end that begin a character and do not finish it. */
function withoutCutCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isContinuation = (byte & 0xc0) === 0x80;
    if (!isContinuation) return back < lengthOfCharacter(byte) ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}

/** UTF-8 says in the first byte of a character how many it has. */
function lengthOfCharacter(firstByte: number): number {
  if (firstByte >= 0xf0) return 4;
  if (firstByte >= 0xe0) return 3;
  return firstByte >= 0xc0 ? 2 : 1;
}

function firstChars(text: string): string {
  if (text.length <= FEED_PREVIEW_MAX_CHARS) return text;
  // Half of a surrogate pair is no character, and no UTF-8.
  const isPairCut = /[\ud800-\udbff]/.test(text[FEED_PREVIEW_MAX_CHARS - 1] ?? '');
  return text.slice(0, isPairCut ? FEED_PREVIEW_MAX_CHARS - 1 : FEED_PREVIEW_MAX_CHARS);
}
