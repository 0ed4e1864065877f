import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type FetchRecords, PartitionScans } from './partition-scans.ts';
import type { HistoryPage, HistoryRequest, LogRecord } from './port.ts';
import { keyedTopics } from './record-id.ts';

const PIECE = 10;

/** A partition whose record at each offset has the key that `keys` says; '' is an absent offset. */
function logOf(keys: string, oldest = 0) {
  const fetched: number[] = [];
  let running = 0;
  let runningMost = 0;
  const fetch: FetchRecords = async ({ offset }) => {
    fetched.push(offset);
    running += 1;
    runningMost = Math.max(runningMost, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    const from = Math.max(offset, oldest);
    const next = Math.min(from + PIECE, keys.length);
    const records = Array.from({ length: next - from }, (_, index) => recordAt(from + index, keys)).filter(
      ({ key }) => key?.toString() !== '-',
    );
    return { records, next, ...(oldest > offset && { oldest }) };
  };
  return { fetch, fetched, runningMost: () => runningMost };
}

function recordAt(offset: number, keys: string): LogRecord {
  const key = Buffer.from(keys[offset] ?? '');
  return { offset, key, value: Buffer.alloc(100), headers: undefined, timestampMs: 0 };
}

const request = (more: Partial<HistoryRequest>): HistoryRequest => ({
  topic: 't',
  epoch: 'first',
  partition: 0,
  idBytes: 'a',
  from: 0,
  to: 100,
  signal: new AbortController().signal,
  ...more,
});

/** All that a reader gets, page by page, and how many pages it took. */
async function readAll(
  scans: PartitionScans,
  asked: HistoryRequest,
): Promise<{ offsets: number[]; pages: HistoryPage[] }> {
  const pages: HistoryPage[] = [];
  for (let from = asked.from; from < asked.to; from = pages.at(-1)?.next ?? asked.to) {
    pages.push(await scans.readHistory({ ...asked, from }));
  }
  return { offsets: pages.flatMap(({ records }) => records.map(({ offset }) => offset)), pages };
}

const offsetsOf = (keys: string, key: string, from: number, to: number): number[] =>
  [...keys].flatMap((each, offset) => (each === key && offset >= from && offset < to ? [offset] : []));

describe('scans of partitions', () => {
  it('give each reader every record of its key from its place on, once and in order', async () => {
    const keyed = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), minLength: 1, maxLength: 120 });
    const place = fc.nat({ max: 119 });
    const reader = fc.record({ key: fc.constantFrom('a', 'b'), from: place, to: place, laterMs: fc.nat({ max: 3 }) });
    await fc.assert(
      fc.asyncProperty(
        keyed,
        fc.array(reader, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 500 }),
        async (keys, readers, pageBytes) => {
          const { fetch } = logOf(keys);
          const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, scansMax: 1, pageBytes });
          await Promise.all(
            readers.map(async ({ key, from, to, laterMs }) => {
              for (let turn = 0; turn < laterMs; turn += 1) await new Promise((resolve) => setImmediate(resolve));
              const end = Math.min(to, keys.length);
              const { offsets } = await readAll(scans, request({ idBytes: key, from, to: end }));
              expect(offsets).toEqual(offsetsOf(keys, key, from, end));
            }),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are one for a partition, however many read: a thousand readers take one pass', async () => {
    const keys = 'abcdefghij'.repeat(10);
    const { fetch, fetched, runningMost } = logOf(keys);
    const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, scansMax: 4, pageBytes: 100_000 });
    const asked = Array.from({ length: 1000 }, (_, index) => request({ idBytes: keys[index % 10] ?? 'a' }));
    const read = await Promise.all(asked.map((each) => readAll(scans, each)));
    for (const [index, { offsets }] of read.entries())
      expect(offsets).toHaveLength(offsetsOf(keys, keys[index % 10] ?? '', 0, 100).length);
    expect(runningMost()).toBe(1);
    expect(fetched).toEqual(Array.from({ length: 10 }, (_, index) => index * PIECE));
    await vi.waitFor(() => expect(scans.stats().scans).toBe(0));
  });

  it('of different partitions are few at a time', async () => {
    const { fetch, runningMost } = logOf('a'.repeat(50));
    const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, scansMax: 2, pageBytes: 1000 });
    const read = Array.from({ length: 6 }, (_, partition) => readAll(scans, request({ partition, to: 50 })));
    for (const { offsets } of await Promise.all(read)) expect(offsets).toHaveLength(50);
    expect(runningMost()).toBe(2);
  });

  it('cut pages at their size, without reading a piece twice for one reader that keeps up', async () => {
    const { fetch, fetched } = logOf('a'.repeat(40));
    const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, scansMax: 1, pageBytes: 400 });
    const { offsets, pages } = await readAll(scans, request({ to: 40 }));
    expect(offsets).toHaveLength(40);
    expect(pages.every(({ records }) => records.length <= 2)).toBe(true);
    expect(fetched).toEqual([0, 10, 20, 30]);
  });

  it('do not wait for a reader that is slow to take its page', async () => {
    const { fetch } = logOf('ab'.repeat(50));
    const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, scansMax: 1, pageBytes: 100 });
    const slow = await scans.readHistory(request({ idBytes: 'a' }));
    const quick = await readAll(scans, request({ idBytes: 'b' }));
    expect(quick.offsets).toHaveLength(50);
    const rest = await readAll(scans, request({ idBytes: 'a', from: slow.next }));
    expect([...slow.records.map(({ offset }) => offset), ...rest.offsets]).toHaveLength(50);
  });

  it('say that the oldest records are gone, and go on at the first that is kept', async () => {
    const { fetch } = logOf('a'.repeat(50), 20);
    const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, scansMax: 1, pageBytes: 10_000 });
    const { pages, offsets } = await readAll(scans, request({ from: 5, to: 50 }));
    expect(pages[0]).toEqual({ records: [], next: 20, isGone: true });
    expect(pages.slice(1).some(({ isGone }) => isGone)).toBe(false);
    expect(offsets).toEqual(offsetsOf('a'.repeat(50), 'a', 20, 50));
  });

  it('tell a reader how far they have come where nothing of it is found', async () => {
    let nowMs = 0;
    const { fetch } = logOf('b'.repeat(100));
    const scans = new PartitionScans({
      recordIdIn: keyedTopics,
      fetch: async (place, signal) => {
        nowMs += 200;
        return fetch(place, signal);
      },
      scansMax: 1,
      pageBytes: 1000,
      now: () => nowMs,
    });
    const { pages, offsets } = await readAll(scans, request({}));
    expect(offsets).toEqual([]);
    expect(pages.map(({ next }) => next)).toEqual([30, 60, 90, 100]);
  });

  it('give nothing of a topic that was created again meanwhile', async () => {
    const { fetch } = logOf('a'.repeat(50));
    let epoch = 'first';
    const verify = async (_: string, asked: string): Promise<boolean> => asked === epoch;
    const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, verify, scansMax: 1, pageBytes: 500 });
    const { next, records } = await scans.readHistory(request({ to: 50 }));
    expect(records.length).toBeGreaterThan(0);
    epoch = 'second';
    expect(await scans.readHistory(request({ from: next, to: 50 }))).toEqual({ records: [], next });
    expect((await scans.readHistory(request({ epoch, from: next, to: 50 }))).records.length).toBeGreaterThan(0);
  });

  it('say nothing where the log ends below what is asked for', async () => {
    const fetch: FetchRecords = async ({ offset }) => ({ records: [], next: offset });
    const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, scansMax: 1, pageBytes: 500 });
    expect(await scans.readHistory(request({ from: 7, to: 9 }))).toEqual({ records: [], next: 7 });
  });

  it('end with their readers, also in the middle of a fetch that does not come back', async () => {
    const fetch = vi.fn<FetchRecords>(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const scans = new PartitionScans({ recordIdIn: keyedTopics, fetch, scansMax: 1, pageBytes: 1000 });
    const leaving = new AbortController();
    const page = scans.readHistory(request({ signal: leaving.signal }));
    leaving.abort(new Error('the client has gone'));
    await expect(page).rejects.toThrow('the client has gone');
    await vi.waitFor(() => expect(scans.stats().scans).toBe(0));
    const { fetch: working } = logOf('a'.repeat(10));
    fetch.mockImplementation(working);
    expect((await readAll(scans, request({ to: 10 }))).offsets).toHaveLength(10);
  });
});
