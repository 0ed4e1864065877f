import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEED_ID_MAX_BYTES } from './constants.ts';
import { FeedlineError } from './errors.ts';
import { ANY_KEY_MAX_BYTES, checkFeedId, feedIdOfKey, hasFeedId, keyOfFeedId, parseFeedId } from './feed-id.ts';

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof FeedlineError) return error.code;
    throw error;
  }
  return undefined;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array): string => `~x${Buffer.from(bytes).toString('hex')}`;

/** Any bytes, and those near to what an ID is written as. */
const anyKey = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: ANY_KEY_MAX_BYTES }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).map(utf8),
  fc
    .tuple(fc.constantFrom('~x', '~X', '~', '~x7e78', '\ufeff'), fc.string({ maxLength: 20 }))
    .map(([begin, rest]) => utf8(begin + rest)),
);

describe('feed ID', () => {
  it('is any UTF-8 up to 256 bytes, decoded exactly once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (id) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant.
        fc.pre(id.isWellFormed() && !/[\0-\x1f\x7f]/.test(id) && !id.startsWith('~x'));
        expect(parseFeedId(encodeURIComponent(id))).toBe(id);
      }),
    );
    expect(parseFeedId('a%2525')).toBe('a%25');
  });

  it('is refused with its own code when empty, too long or not UTF-8', () => {
    expect(codeOf(() => parseFeedId(''))).toBe('id-empty');
    expect(codeOf(() => parseFeedId('a'.repeat(256)))).toBeUndefined();
    expect(codeOf(() => parseFeedId('a'.repeat(257)))).toBe('id-too-long');
    expect(codeOf(() => parseFeedId(encodeURIComponent('ä'.repeat(129))))).toBe('id-too-long');
    expect(codeOf(() => parseFeedId('%ff'))).toBe('id-undecodable');
    expect(codeOf(() => parseFeedId('%E0%A4%A'))).toBe('id-undecodable');
  });

  it('tells the bytes of a key that is no readable text in hex', () => {
    expect(feedIdOfKey(Uint8Array.of(0, 0, 0, 0, 0, 0, 4, 0xd2))).toBe('~x00000000000004d2');
    // These are UTF-8, and nobody could type them.
    expect(feedIdOfKey(Uint8Array.of(0, 0, 0, 65))).toBe('~x00000041');
    expect(parseFeedId('%0D%0A%00')).toBe('~x0d0a00');
    expect(feedIdOfKey(utf8('~x'))).toBe('~x7e78');
    expect(feedIdOfKey(utf8('a~x'))).toBe('a~x');
    expect(feedIdOfKey(utf8('\ufffd'))).toBe('\ufffd');
  });

  it('stands for the very bytes of its key, whatever they are', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const id = feedIdOfKey(key);
        expect(keyOfFeedId(id)).toEqual(key);
        expect(parseFeedId(encodeURIComponent(id))).toBe(id);
      }),
    );
  });

  it('is another one for every other key', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (some, other) => {
        expect(feedIdOfKey(some) === feedIdOfKey(other)).toBe(Buffer.compare(some, other) === 0);
      }),
    );
  });

  it('may be written in hex whatever the key is, and is told as it is everywhere else', () => {
    expect(checkFeedId('~x31323334')).toBe('1234');
    expect(checkFeedId('~xFFAB')).toBe('~xffab');
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(checkFeedId(hex(key))).toBe(feedIdOfKey(key));
      }),
    );
  });

  it('that begins as hex does and is none is refused, and told how it is written', () => {
    for (const id of ['~x', '~x1', '~xyz', '~x12 ']) {
      expect(codeOf(() => checkFeedId(id))).toBe('id-undecodable');
      expect(() => checkFeedId(id)).toThrow(hex(utf8(id)));
      expect(checkFeedId(hex(utf8(id)))).toBe(hex(utf8(id)));
    }
  });

  it('is there for exactly those keys of which a URL can have it', () => {
    const long = fc.oneof(
      fc.uint8Array({ maxLength: FEED_ID_MAX_BYTES + 10 }),
      fc.string({ minLength: 100, maxLength: FEED_ID_MAX_BYTES + 10, size: 'max' }).map(utf8),
      fc.string({ minLength: 100, maxLength: FEED_ID_MAX_BYTES, size: 'max' }).map((text) => utf8(`~x${text}`)),
    );
    fc.assert(
      fc.property(fc.oneof(long, anyKey), (key) => {
        const isAccepted = key.length > 0 && codeOf(() => checkFeedId(feedIdOfKey(key))) === undefined;
        expect(hasFeedId(key)).toBe(isAccepted);
      }),
    );
    expect(codeOf(() => checkFeedId(`${'a'.repeat(ANY_KEY_MAX_BYTES)}\n`))).toBe('id-too-long');
  });
});
