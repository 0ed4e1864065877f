/**
 * An ID is a text; the key it stands for is bytes. Of a key that is plain UTF-8 the ID is that text. Any other one, such
 * as a number of 8 bytes, is written `~x` and its bytes in hex, and so is a text that begins with `~x` itself: each key
 * has one ID, and each ID one key.
 */
import { FEED_ID_MAX_BYTES, HEX_ID_PREFIX } from './constants.ts';
import { FeedlineError } from './errors.ts';

const encoder = new TextEncoder();
/** The mark U+FEFF at the beginning is of the key as all else is. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The longest key that has an ID whatever its bytes are. */
export const ANY_KEY_MAX_BYTES = (FEED_ID_MAX_BYTES - HEX_ID_PREFIX.length) / 2;

/**
 * Takes a path segment or query value as it stood in the URL, percent-decodes it once and checks it.
 *
 * @returns the ID as it is told everywhere: an ID may be written in hex that need not be
 * @throws FeedlineError `id-undecodable` (not UTF-8, a broken escape, `~x` without hex), `id-empty`, `id-too-long` (over
 *   256 bytes)
 */
export function parseFeedId(encoded: string): string {
  return checkFeedId(decodeOnce(encoded));
}

/** The same check for an ID that is already decoded, such as one that was typed. */
export function checkFeedId(id: string): string {
  if (id === '') throw new FeedlineError('id-empty', 'The feed ID is empty: put it in the path or in ?id=.');
  const bytes = encoder.encode(id).length;
  // First of all: what is longer is not looked into.
  if (bytes > FEED_ID_MAX_BYTES) throw tooLong(`has ${bytes} bytes`);
  const checked = feedIdOfKey(keyOfFeedId(id));
  if (checked.length > FEED_ID_MAX_BYTES) throw tooLong(`has ${checked.length} bytes in hex, as its key is written`);
  return checked;
}

/** The ID of a key, which may be longer than an ID of a URL. */
export function feedIdOfKey(key: Uint8Array): string {
  return plainText(key) ?? HEX_ID_PREFIX + hexOf(key);
}

/** The key of an ID. @throws FeedlineError `id-undecodable` where it is not one that was checked */
export function keyOfFeedId(id: string): Uint8Array {
  const key = id.startsWith(HEX_ID_PREFIX) ? bytesOfHex(id.slice(HEX_ID_PREFIX.length)) : encoder.encode(id);
  if (key === null) throw notHex(id);
  return key;
}

/** Whether an ID in a URL can stand for this key. */
export function hasFeedId(key: Uint8Array): boolean {
  const { length } = key;
  if (length === 0 || length > FEED_ID_MAX_BYTES) return false;
  return length <= ANY_KEY_MAX_BYTES || plainText(key) !== null;
}

/** Null where the key is not UTF-8, has a control character, which nobody could read or type, or begins with `~x`. */
function plainText(key: Uint8Array): string | null {
  for (const byte of key) if (byte < 0x20 || byte === 0x7f) return null;
  const text = decoder.decode(key);
  if (text.startsWith(HEX_ID_PREFIX)) return null;
  // It stands for bytes that are not UTF-8, or for itself.
  return text.includes('\ufffd') && !isSame(encoder.encode(text), key) ? null : text;
}

function isSame(some: Uint8Array, other: Uint8Array): boolean {
  return some.length === other.length && some.every((byte, index) => byte === other[index]);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOfHex(hex: string): Uint8Array | null {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) return null;
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
}

function notHex(id: string): FeedlineError {
  const written = HEX_ID_PREFIX + hexOf(encoder.encode(id));
  const message = `Behind ${HEX_ID_PREFIX} a feed ID has the bytes of its key in hex, two digits for each. A key that begins with ${HEX_ID_PREFIX} itself is written so too: this one would be ${written}.`;
  return new FeedlineError('id-undecodable', message);
}

function tooLong(words: string): FeedlineError {
  return new FeedlineError('id-too-long', `The feed ID ${words}; at most ${FEED_ID_MAX_BYTES} are allowed.`);
}

function decodeOnce(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    const message = 'The feed ID is not valid percent-encoded UTF-8: encode it with encodeURIComponent.';
    throw new FeedlineError('id-undecodable', message, { cause });
  }
}
