import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEED_ID_MAX_BYTES, FEED_LIST_MAX, FEED_RATE_DECAY_MS } from '../../protocol/constants.ts';
import { feedIdOfKey } from '../../protocol/feed-id.ts';
import { FeedDirectory } from './feed-directory.ts';

const ALL = { prefix: '', limit: FEED_LIST_MAX, sinceMs: 0, mayWatch: () => true };
const VALUE = Buffer.from('{"seq":1}');

function rateOf(directory: FeedDirectory, nowMs: number): number {
  return directory.list(ALL, nowMs).feeds[0]?.recordsPerSecond ?? Number.NaN;
}

describe('directory of feeds', () => {
  it('tells nothing of the IDs that its reader may not watch, not even how many they are', () => {
    const directory = new FeedDirectory(FEED_LIST_MAX);
    for (const id of ['mine-1', 'theirs-1', 'mine-2', 'theirs-2']) directory.saw(Buffer.from(id), VALUE, 0);
    const mayWatch = (id: string): boolean => id.startsWith('mine-');
    const { total, feeds } = directory.list({ ...ALL, mayWatch }, 0);
    expect([total, feeds.map(({ id }) => id)]).toEqual([2, ['mine-2', 'mine-1']]);
    expect(directory.list({ ...ALL, prefix: 'theirs', mayWatch }, 0)).toEqual({ total: 0, feeds: [] });
  });

  it('remembers the IDs seen last, newest first, and no more of them than it may', () => {
    const directory = new FeedDirectory(FEED_LIST_MAX);
    for (let id = 0; id < FEED_LIST_MAX + 50; id += 1)
      directory.saw(Buffer.from(`id-${id}`), Buffer.from(`value ${id}`), id);
    const { total, feeds } = directory.list(ALL, 0);
    expect(total).toBe(FEED_LIST_MAX);
    expect(feeds[0]).toMatchObject({ id: 'id-10049', lastValue: { text: 'value 10049' } });
    expect(feeds.at(-1)).toMatchObject({ id: 'id-50', lastValue: { text: 'value 50' } });
  });

  it('forgets the ID that was silent longest, not the one that it met first', () => {
    const directory = new FeedDirectory(2);
    for (const id of ['a', 'b', 'a', 'c']) directory.saw(Buffer.from(id), VALUE, 0);
    expect(directory.list(ALL, 0).feeds.map(({ id, records }) => [id, records])).toEqual([
      ['c', 1],
      ['a', 2],
    ]);
  });

  it('keeps the order of the last records, whatever comes', () => {
    const seen = fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 60 });
    fc.assert(
      fc.property(seen, fc.integer({ min: 1, max: 9 }), (ids, maxEntries) => {
        const directory = new FeedDirectory(maxEntries);
        for (const id of ids) directory.saw(Buffer.from(`${id}`), Buffer.from(`of ${id}`), 0);
        const newest = [...new Set(ids.toReversed())].slice(0, maxEntries);
        const { feeds } = directory.list(ALL, 0);
        expect(feeds.map(({ id }) => id)).toEqual(newest.map(String));
        expect(feeds.map(({ lastValue }) => lastValue)).toMatchObject(newest.map((id) => ({ text: `of ${id}` })));
      }),
    );
  });

  it('tells IDs apart by all of their bytes, however long they are, and whatever they hash to', () => {
    const short = fc.oneof(fc.string({ maxLength: 20 }).map(Buffer.from), fc.uint8Array({ maxLength: 80 }));
    const long = fc.integer({ min: FEED_ID_MAX_BYTES - 3, max: FEED_ID_MAX_BYTES }).map((n) => Buffer.alloc(n, 'x'));
    const key = fc.oneof(short, long).filter(({ length }) => length > 0);
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.integer({ min: 0, max: 1 })), { maxLength: 30 }), (keys) => {
        const seen = keys.map(([key, hash]) => [feedIdOfKey(key), hash, key] as const);
        const hashes = new Map(seen.map(([id, hash]) => [id, hash]));
        const directory = new FeedDirectory(8);
        for (const [id, , key] of seen) directory.saw(Buffer.from(key), VALUE, 0, hashes.get(id));
        const newest = [...new Set(seen.map(([id]) => id).toReversed())].slice(0, 8);
        expect(directory.list(ALL, 0).feeds.map(({ id }) => id)).toEqual(newest);
      }),
    );
  });

  it('lists by the beginning of the ID as many as are asked for, and says how many there are', () => {
    const directory = new FeedDirectory(10);
    for (const id of ['order-1', 'job-1', 'order-2', 'order-3']) directory.saw(Buffer.from(id), VALUE, 0);
    const { total, feeds } = directory.list({ ...ALL, prefix: 'order-', limit: 2 }, 0);
    expect(total).toBe(3);
    expect(feeds.map(({ id }) => id)).toEqual(['order-3', 'order-2']);
  });

  it('lists only what has had a record since a time, that time included', () => {
    const directory = new FeedDirectory(10);
    for (const [index, id] of ['a', 'b', 'c'].entries()) directory.saw(Buffer.from(id), VALUE, 100 + index);
    const { total, feeds } = directory.list({ ...ALL, sinceMs: 101 }, 200);
    expect(total).toBe(3);
    expect(feeds.map(({ id }) => id)).toEqual(['c', 'b']);
  });

  it('comes to the rate of a steady feed, one by one and in batches', () => {
    for (const batch of [1, 4]) {
      const directory = new FeedDirectory(1);
      for (let atMs = 0; atMs <= 60_000; atMs += 100 * batch) {
        for (let index = 0; index < batch; index += 1) directory.saw(Buffer.from('a'), VALUE, atMs);
      }
      expect(rateOf(directory, 60_000)).toBeGreaterThan(9.7);
      expect(rateOf(directory, 60_000)).toBeLessThan(10.3);
    }
  });

  it('lets the rate of a feed that has fallen silent decay, without being told', () => {
    const directory = new FeedDirectory(1);
    for (let index = 0; index < 100; index += 1) directory.saw(Buffer.from('a'), VALUE, 1_000);
    expect(rateOf(directory, 1_000)).toBeCloseTo(10, 3);
    expect(rateOf(directory, 1_000 + FEED_RATE_DECAY_MS)).toBeCloseTo(10 / Math.E, 3);
    expect(rateOf(directory, 1_000 + 20 * FEED_RATE_DECAY_MS)).toBe(0);
  });

  it('a clock that steps back raises no rate', () => {
    const directory = new FeedDirectory(1);
    directory.saw(Buffer.from('a'), VALUE, 10_000);
    expect(rateOf(directory, 0)).toBe(0.1);
  });

  it('keeps nothing of the buffer that a value is a slice of', () => {
    const directory = new FeedDirectory(1);
    const fetched = Buffer.from('before|value|after');
    directory.saw(Buffer.from('a'), fetched.subarray(7, 12), 0);
    fetched.fill(0);
    expect(directory.list(ALL, 0).feeds[0]?.lastValue).toEqual({ kind: 'text', text: 'value', isCut: false });
  });

  it('shows nothing of a longer value before the last one', () => {
    const directory = new FeedDirectory(1);
    const lastValue = (): unknown => directory.list(ALL, 0).feeds[0]?.lastValue;
    directory.saw(Buffer.from('a'), Buffer.from('a long value'), 0);
    directory.saw(Buffer.from('a'), Buffer.from('short'), 0);
    expect(lastValue()).toEqual({ kind: 'text', text: 'short', isCut: false });
    directory.saw(Buffer.from('a'), null, 0);
    expect(lastValue()).toEqual({ kind: 'null' });
  });
});
