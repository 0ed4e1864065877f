import { describe, expect, it } from 'vitest';
import { FEED_END_HEADER, FEED_ID_MAX_BYTES, GapReason, RecordLogKind } from '../../protocol/constants.ts';
import { CursorEncoder, decodeCursor } from '../../protocol/cursor.ts';
import type { FeedListItem } from '../../protocol/events.ts';
import { feedIdOfKey } from '../../protocol/feed-id.ts';
import type { Partitioner } from '../record-log/partitioner.ts';
import { predictPartition } from '../record-log/partitioner.ts';
import type { FeedIdRule, LogRecord } from '../record-log/port.ts';
import { recordIdOf } from '../record-log/record-id.ts';
import { ListHistory } from '../testing/list-history.ts';
import { parseSse } from '../testing/parse-sse.ts';
import { type Begin, beginOf } from './begin.ts';
import type { Feed } from './feed.ts';
import { Hub } from './hub.ts';
import { Reader } from './reader.ts';
import { findStart, type Start, startAtNow } from './resume.ts';
import { SSE_ENCODINGS } from './sse-encoding.ts';

const TOPIC = 'orders';
const ID = '1234';

function originOf(partitionCount: number, epoch = 'first', logId = 'cluster') {
  return { kind: RecordLogKind.kafka, logId, epoch, topic: TOPIC, partitionCount };
}

function zeros(partitionCount: number): Map<number, number> {
  return new Map(Array.from({ length: partitionCount }, (_, partition) => [partition, 0]));
}

function record(offset: number, value: string | null, key: string | Buffer | null = ID): LogRecord {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  return { offset, key: bytes, value: value === null ? null : Buffer.from(value), headers: undefined, timestampMs: 0 };
}

const BEGIN_RECORDS = 50;

class Fixture {
  nowMs = 0;
  readonly history: ListHistory;
  readonly hub: Hub;

  constructor(partitionCount = 1, partitioner: Partitioner = 'murmur2', idRule: FeedIdRule = { in: 'key' }) {
    const recordId = recordIdOf(idRule);
    this.history = new ListHistory(recordId);
    this.hub = new Hub({
      pod: 'pod-1',
      ring: { frames: 4, bytes: 1_000_000 },
      ringTotalBytes: 10_000_000,
      idleRingBytes: 10_000,
      lingerMs: 1_000,
      directorySize: 3,
      partitionerOf: () => partitioner,
      recordIdIn: () => recordId,
      feedEndOf: () => 'header',
      history: this.history,
      beginRecordsMax: BEGIN_RECORDS,
      now: () => this.nowMs,
    });
    this.hub.onTopic({ origin: originOf(partitionCount), positions: zeros(partitionCount) });
  }

  get home(): number {
    return predictPartition('murmur2', Buffer.from(ID), 4) ?? 0;
  }

  batch(partition: number, ...records: LogRecord[]): void {
    this.history.add(partition, ...records);
    this.hub.onBatch({ topic: TOPIC, partition, records, nextPosition: (records.at(-1)?.offset ?? -1) + 1 });
  }

  listed(): readonly FeedListItem[] {
    return (
      this.hub.directory(TOPIC)?.list({ prefix: '', limit: 10, sinceMs: 0, mayWatch: () => true }, this.nowMs).feeds ??
      []
    );
  }

  start(after: string | null = null, id = ID): Start {
    const feed = this.hub.feed(TOPIC, id);
    return after === null ? startAtNow(feed) : findStart(feed, after);
  }

  read(after: string | null = null, id = ID): ReturnType<Fixture['open']> {
    return this.open(this.hub.feed(TOPIC, id), this.start(after, id));
  }

  open(feed: Feed, start: Start): { reader: Reader; text: () => string; sink: { hasRoom: boolean } } {
    const written: Uint8Array[] = [];
    const write = (bytes: Uint8Array) => void written.push(bytes);
    const sink = { hasRoom: true, onRoom: undefined, write, fail };
    const reader = new Reader(feed, { sink, encoding: SSE_ENCODINGS.raw, start });
    reader.pump();
    return { reader, sink, text: () => Buffer.concat(written).toString('utf8') };
  }
}

/** No test here lets a sink fail. */
function fail(reason: Error): void {
  throw reason;
}

const settle = (): Promise<void> => new Promise(setImmediate);

function cursor(position: number, origin = originOf(1)): string {
  return new CursorEncoder(origin).encodeSingle(0, position);
}

describe('hub', () => {
  it('wakes the readers of a feed once for a whole batch, with one write', () => {
    const fixture = new Fixture();
    const writes: number[] = [];
    const write = (bytes: Uint8Array) => void writes.push(bytes.length);
    const sink = { hasRoom: true, onRoom: undefined, write, fail };
    new Reader(fixture.hub.feed(TOPIC, ID), { sink, encoding: SSE_ENCODINGS.raw, start: fixture.start() }).pump();
    fixture.batch(0, record(0, 'a'), record(1, 'b'), record(2, 'other', 'x'), record(3, 'c'));
    expect(writes).toHaveLength(1);
  });

  it('gives readers at the head a batch that is larger than the ring from memory, however large it is', () => {
    const fixture = new Fixture();
    const { reader, text } = fixture.read();
    const offsets = Array.from({ length: 11 }, (_, offset) => offset);
    fixture.batch(0, ...offsets.map((offset) => record(offset, String(offset))));
    expect(reader.isCatchingUp).toBe(false);
    expect(parseSse(text()).map(({ data }) => data)).toEqual(offsets.map(String));
    expect(reader.cursor).toBe(cursor(11));
  });

  it('keeps nothing of IDs that nobody watches but what a list of them says', () => {
    const fixture = new Fixture();
    fixture.batch(0, record(0, 'a', 'x'), record(1, 'b', 'y'), record(2, 'c', 'x'));
    expect(fixture.hub.stats()).toMatchObject({ feeds: 0, ringBytes: 0, records: new Map([['orders', 3]]) });
    expect(fixture.listed()).toMatchObject([
      { id: 'x', records: 2, lastRecordAtMs: 0, lastValue: { kind: 'text', text: 'c' } },
      { id: 'y', records: 1, lastRecordAtMs: 0, lastValue: { kind: 'text', text: 'b' } },
    ]);
  });

  it('bounds its directory to the IDs seen last', () => {
    const fixture = new Fixture();
    fixture.batch(0, ...['a', 'b', 'c', 'd', 'a2'].map((id, offset) => record(offset, 'v', id)));
    expect(fixture.listed().map(({ id }) => id)).toEqual(['a2', 'd', 'c']);
  });

  it('counts records without a usable ID and goes on', () => {
    const fixture = new Fixture();
    const { text } = fixture.read();
    const long = Buffer.alloc(FEED_ID_MAX_BYTES, 0xff);
    fixture.batch(0, record(0, 'a', null), record(1, 'b', long), record(2, 'c', ''), record(3, 'ours'));
    const counted = { absent: 1, 'too-long': 1, empty: 1, 'not-json': 0, 'other-type': 0 };
    expect(Object.fromEntries(fixture.hub.stats().recordsWithoutId)).toEqual(counted);
    expect(parseSse(text()).map(({ data }) => data)).toEqual(['ours']);
  });

  it('remembers no key that is longer than an ID may be', () => {
    const fixture = new Fixture();
    const longest = 'é'.repeat(FEED_ID_MAX_BYTES / 2);
    fixture.batch(0, record(0, 'v', longest), record(1, 'v', `${longest}x`));
    expect(fixture.listed().map(({ id }) => id)).toEqual([longest]);
    expect(fixture.hub.stats().recordsWithoutId.get('too-long')).toBe(1);
  });

  it('has a feed for a key that is no text, in the partition of its bytes, and lists it by its ID', async () => {
    const long = Buffer.from([0, 0, 0, 0, 0, 0, 4, 0xd3]);
    const id = '~x00000000000004d3';
    const fixture = new Fixture(4);
    const home = predictPartition('murmur2', long, 4) ?? 0;
    // As a text it would be somewhere else.
    expect(predictPartition('murmur2', Buffer.from(id), 4)).not.toBe(home);
    const { text } = fixture.read(null, id);
    const offsets = [0, 1, 2, 3, 4, 5];
    fixture.batch(home, ...offsets.map((offset) => record(offset, `v${offset}`, long)), record(6, 'text', id));
    expect(parseSse(text()).map(({ data }) => data)).toEqual(offsets.map((offset) => `v${offset}`));
    expect(fixture.hub.feed(TOPIC, id).floor.size).toBe(1);
    expect(fixture.listed().map((feed) => [feed.id, feed.records])).toEqual([
      [feedIdOfKey(Buffer.from(id)), 1],
      [id, 6],
    ]);
    const again = fixture.read(new CursorEncoder(originOf(4)).encodeSingle(home, 1), id);
    await settle();
    expect(parseSse(again.text()).map(({ data }) => data)).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
  });

  it('finds a feed by a header in every partition, live and back to its beginning, whatever the keys are', async () => {
    const fixture = new Fixture(3, 'any', { in: 'header', name: 'order-id' });
    const of = (offset: number, value: string, id: string): LogRecord => ({
      ...record(offset, value, ID),
      headers: { 'order-id': Buffer.from(id) },
    });
    const { text } = fixture.read();
    for (const partition of [0, 1, 2]) {
      const ours = [0, 1, 2, 3].map((offset) => of(offset, `${partition}-${offset}`, offset === 1 ? 'x' : ID));
      fixture.batch(partition, ...ours, record(4, 'without', ID));
    }
    const wanted = [0, 1, 2].flatMap((partition) => [0, 2, 3].map((offset) => `${partition}-${offset}`));
    expect(parseSse(text()).map(({ data }) => data)).toEqual(wanted);
    const begun = fixture.read(new CursorEncoder(originOf(3)).encode(zeros(3)));
    await begun.reader.settled;
    expect(
      parseSse(begun.text())
        .map(({ data }) => data)
        .sort(),
    ).toEqual(wanted);
    expect(fixture.hub.stats()).toMatchObject({ recordsUnpredicted: 0 });
    expect(fixture.hub.stats().recordsWithoutId.get('absent')).toBe(3);
    expect(fixture.listed().map(({ id }) => id)).toEqual([ID, 'x']);
  });

  it('takes a tombstone for no record of a feed where the ID stands in the value', () => {
    const fixture = new Fixture(2, 'any', { in: 'json', path: ['id'] });
    const { text } = fixture.read();
    fixture.batch(1, record(0, `{"id":${ID}}`, null), record(1, null, ID), record(2, `{"id":"${ID}"}`, 'other'));
    expect(parseSse(text()).map(({ data }) => data)).toEqual([`{"id":${ID}}`, `{"id":"${ID}"}`]);
    expect(fixture.hub.stats().recordsWithoutId.get('absent')).toBe(1);
  });

  it('drops a feed a while after its last reader left, and sooner when too much is kept', () => {
    const fixture = new Fixture();
    const { reader } = fixture.read();
    fixture.batch(0, record(0, 'a'));
    reader.close(fixture.nowMs);
    fixture.nowMs = 999;
    fixture.hub.sweep();
    expect(fixture.hub.stats().feeds).toBe(1);
    fixture.nowMs = 1_000;
    fixture.hub.sweep();
    expect(fixture.hub.stats()).toMatchObject({ feeds: 0, ringBytes: 0 });
    fixture.hub.feed(TOPIC, ID);
    fixture.batch(0, record(1, 'b'.repeat(5_000)));
    fixture.hub.sweep();
    expect(fixture.hub.stats().feeds).toBe(0);
  });

  it('cuts the rings of all feeds, the largest first, where they are too large together; what is cut comes from the log', async () => {
    const fixture = new Fixture();
    const slow = fixture.read();
    slow.sink.hasRoom = false;
    const small = fixture.hub.feed(TOPIC, 'small');
    const other = fixture.open(small, startAtNow(small));
    fixture.batch(0, record(0, 's', 'small'));
    const smallBytes = small.ringBytes;
    // As much as two of these are worth is more than what all may keep.
    const value = 'x'.repeat(1_200_000);
    fixture.batch(0, record(1, `a${value}`), record(2, `b${value}`));
    expect(fixture.hub.stats().ringBytes).toBeLessThanOrEqual(10_000_000);
    expect(small.ringBytes).toBe(smallBytes);
    expect(other.text()).toContain('data: s');
    slow.sink.hasRoom = true;
    slow.reader.pump();
    await settle();
    await settle();
    expect(parseSse(slow.text()).map(({ data }) => data[0])).toEqual(['a', 'b']);
  });

  it('never drops a feed that is read', () => {
    const fixture = new Fixture();
    fixture.read();
    fixture.nowMs = 1_000_000;
    fixture.hub.sweep();
    expect(fixture.hub.stats()).toMatchObject({ feeds: 1, readers: 1 });
  });

  it('waits for a topic, and stops waiting when told', async () => {
    const fixture = new Fixture();
    const stopped = new AbortController();
    const waiting = fixture.hub.whenReady('later', stopped.signal);
    stopped.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    const ready = fixture.hub.whenReady('later', new AbortController().signal);
    fixture.hub.onTopic({ origin: { ...originOf(1), topic: 'later' }, positions: zeros(1) });
    await expect(ready).resolves.toBeUndefined();
  });
});

describe('a cursor that cannot be served yields a gap that says why, and where reading goes on', () => {
  const reasonOf = (fixture: Fixture, after: string) => {
    const { gap } = fixture.start(after);
    return { reason: gap?.reason, resumesAt: gap?.resumesAt };
  };

  it('malformed: at now', () => {
    expect(reasonOf(new Fixture(), 'nonsense')).toEqual({ reason: GapReason.malformedCursor, resumesAt: 'now' });
  });

  it('of another record log: at now', () => {
    const other = cursor(0, originOf(1, 'first', 'another cluster'));
    expect(reasonOf(new Fixture(), other)).toEqual({ reason: GapReason.otherRecordLog, resumesAt: 'now' });
  });

  it('of another topic, or of a feed in another partition: at now', () => {
    const otherTopic = new CursorEncoder({ ...originOf(1), topic: 'payments' }).encodeSingle(0, 0);
    expect(reasonOf(new Fixture(), otherTopic)).toEqual({ reason: GapReason.otherFeed, resumesAt: 'now' });
    const fixture = new Fixture(4);
    const elsewhere = new CursorEncoder(originOf(4)).encodeSingle((fixture.home + 1) % 4, 0);
    expect(reasonOf(fixture, elsewhere)).toEqual({ reason: GapReason.otherFeed, resumesAt: 'now' });
  });

  it('of a topic that was created again: at the oldest kept', () => {
    expect(reasonOf(new Fixture(), cursor(0, originOf(1, 'before')))).toEqual({
      reason: GapReason.recreatedTopic,
      resumesAt: 'oldest',
    });
  });

  it('older than what the record log keeps: at the oldest kept, once', async () => {
    const fixture = new Fixture();
    fixture.read();
    fixture.batch(0, ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((value, offset) => record(offset, value)));
    fixture.history.deleteBelow(3);
    const { text } = fixture.read(cursor(1));
    await settle();
    const [gap, ...events] = parseSse(text());
    expect(JSON.parse(gap?.data ?? '')).toEqual({
      reason: 'retention',
      resumesAt: 'oldest',
      from: cursor(1),
      to: cursor(3),
    });
    expect(events.map(({ data }) => data)).toEqual(['d', 'e', 'f', 'g', 'h']);
  });

  it('ahead of this pod: none, it is waited for', () => {
    const fixture = new Fixture();
    const { text } = fixture.read(cursor(2));
    fixture.batch(0, record(0, 'a'), record(1, 'b'), record(2, 'c'));
    expect(parseSse(text()).map(({ data }) => data)).toEqual(['c']);
  });
});

describe('a cursor of a pod that has seen more', () => {
  const begin = (fixture: Fixture, text: string) => {
    const { signal } = new AbortController();
    return beginOf(fixture.hub, { topic: TOPIC, id: ID, begin: { at: 'cursor', cursor: text } }, signal);
  };
  const isPending = async (work: Promise<unknown>): Promise<boolean> =>
    (await Promise.race([work, settle().then(() => 'pending')])) === 'pending';

  it('of a topic that has grown is waited for until this pod sees that too', async () => {
    const fixture = new Fixture(1);
    const grown = new CursorEncoder(originOf(2)).encode(zeros(2));
    const began = begin(fixture, grown);
    expect(await isPending(began)).toBe(true);
    fixture.hub.onTopic({ origin: originOf(2), positions: zeros(2) });
    expect((await began).start).toEqual({ served: zeros(2) });
  });

  it('of a topic that was created again is waited for where the record log says so', async () => {
    const fixture = new Fixture();
    fixture.history.recreate('second');
    const began = begin(fixture, cursor(0, originOf(1, 'second')));
    expect(await isPending(began)).toBe(true);
    fixture.hub.onTopic({ origin: originOf(1, 'second'), positions: zeros(1) });
    expect((await began).start).toEqual({ served: zeros(1) });
  });

  it('above the end of the record log itself is a gap, and reading goes on at the oldest kept', async () => {
    const fixture = new Fixture();
    fixture.batch(0, record(0, 'a'), record(1, 'b'));
    const { reader, text } = fixture.read(cursor(9));
    await reader.settled;
    await settle();
    const events = parseSse(text());
    expect(JSON.parse(events[0]?.data ?? '')).toEqual({
      reason: 'out-of-range',
      from: cursor(9),
      to: cursor(0),
      resumesAt: 'oldest',
    });
    expect(events.slice(1).map(({ data }) => data)).toEqual(['a', 'b']);
    fixture.batch(0, record(2, 'c'));
    expect(parseSse(text()).at(-1)).toMatchObject({ data: 'c', id: cursor(3) });
  });

  it('that the record log holds is waited for, also once it was asked', async () => {
    const fixture = new Fixture();
    fixture.history.add(0, record(0, 'a'), record(1, 'b'));
    const { reader, text } = fixture.read(cursor(1));
    await reader.settled;
    expect(text()).toBe('');
    fixture.hub.onBatch({ topic: TOPIC, partition: 0, records: [record(0, 'a'), record(1, 'b')], nextPosition: 2 });
    expect(parseSse(text()).map(({ data }) => data)).toEqual(['b']);
  });
});

describe('a beginning without a cursor', () => {
  const values = async (fixture: Fixture, begin: Begin) => {
    const asked = { topic: TOPIC, id: ID, begin };
    const { feed, start, storedCount, isBounded } = await beginOf(fixture.hub, asked, new AbortController().signal);
    const { reader, text } = fixture.open(feed, start);
    await reader.settled;
    return { data: parseSse(text()).map(({ data }) => data), storedCount, isBounded };
  };

  it('looks back no further than its bound, and says so only where that was too little', async () => {
    const fixture = new Fixture();
    fixture.batch(
      0,
      record(0, 'first'),
      ...Array.from({ length: BEGIN_RECORDS }, (_, n) => record(n + 1, 'x', 'other')),
    );
    expect(await values(fixture, { at: 'last', count: 1 })).toMatchObject({ data: [], isBounded: true });
    expect(await values(fixture, { at: 'earliest' })).toMatchObject({ data: [], isBounded: true });
    fixture.batch(0, record(BEGIN_RECORDS + 1, 'last'));
    expect(await values(fixture, { at: 'last', count: 1 })).toMatchObject({ data: ['last'], isBounded: false });
    expect(await values(fixture, { at: 'last', count: 2 })).toMatchObject({ data: ['last'], isBounded: true });
  });

  it('finds the newest events over several partitions by their time', async () => {
    const fixture = new Fixture(2, 'any');
    const at = (offset: number, timestampMs: number) => ({ ...record(offset, `t${timestampMs}`), timestampMs });
    fixture.batch(0, at(0, 1), at(1, 5), at(2, 6));
    fixture.batch(1, at(0, 2), at(1, 3), at(2, 7));
    const sorted = async (count: number) => (await values(fixture, { at: 'last', count })).data.sort();
    expect(await sorted(1)).toEqual(['t7']);
    expect(await sorted(3)).toEqual(['t5', 't6', 't7']);
    expect(await sorted(5)).toEqual(['t2', 't3', 't5', 't6', 't7']);
    expect(await sorted(99)).toHaveLength(6);
  });

  it('is in a feed that goes on, also where the record log took longer to answer than feeds are kept', async () => {
    for (const begin of [{ at: 'last', count: 1 }, { at: 'earliest' }] as const) {
      const fixture = new Fixture();
      fixture.batch(0, record(0, 'a'));
      const release = fixture.history.hold();
      const asked = beginOf(fixture.hub, { topic: TOPIC, id: ID, begin }, new AbortController().signal);
      await settle();
      fixture.nowMs += 60_000;
      fixture.hub.sweep();
      release();
      const { feed, start } = await asked;
      const { reader, text } = fixture.open(feed, start);
      await reader.settled;
      fixture.batch(0, record(1, 'b'));
      expect(parseSse(text()).map(({ data }) => data)).toEqual(['a', 'b']);
      reader.close(fixture.nowMs);
      fixture.nowMs += 60_000;
      fixture.hub.sweep();
      expect(fixture.hub.stats().feeds).toBe(0);
    }
  });

  it('is looked for anew where the topic was created again meanwhile, or has lost its end', async () => {
    const many = Array.from({ length: 5_000 }, (_, offset) => record(offset, `old ${offset}`));
    const fresh = Array.from({ length: 20 }, (_, offset) => record(offset, `new ${offset}`));
    const restarts = {
      created: ({ history, hub }: Fixture) => {
        history.recreate('second');
        hub.onTopic({ origin: originOf(1, 'second'), positions: zeros(1) });
      },
      cut: ({ history, hub }: Fixture) => {
        history.cutOff(0, 0);
        hub.onGap({ topic: TOPIC, partition: 0, from: many.length, to: 0, reason: GapReason.outOfRange });
      },
    };
    for (const restart of Object.values(restarts)) {
      const fixture = new Fixture();
      fixture.batch(0, ...many);
      const release = fixture.history.hold();
      const reading = values(fixture, { at: 'last', count: 2 });
      await settle();
      restart(fixture);
      fixture.batch(0, ...fresh);
      release();
      expect(await reading).toMatchObject({ data: ['new 18', 'new 19'], isBounded: false });
    }
  });

  it('says exactly how many events follow, also where the times of a partition step back', async () => {
    const fixture = new Fixture(2, 'any');
    const at = (offset: number, timestampMs: number) => ({ ...record(offset, `t${timestampMs}`), timestampMs });
    fixture.batch(0, at(0, 5), at(1, 1), at(2, 6));
    fixture.batch(1, at(0, 4));
    for (const count of [1, 2, 3]) {
      const { data, storedCount } = await values(fixture, { at: 'last', count });
      expect(data).toHaveLength(count);
      expect(storedCount).toBe(count);
    }
  });

  it('counts nothing that stands behind the last event of the feed', async () => {
    const end = { ...record(1, 'end'), headers: { [FEED_END_HEADER]: '' } };
    for (const isInRing of [true, false]) {
      const fixture = new Fixture();
      if (isInRing) fixture.read();
      fixture.batch(0, record(0, 'a'), end, record(2, 'c'), record(3, 'd'));
      const asked = (count: number) => values(fixture, { at: 'last', count });
      expect(await asked(4)).toEqual({ data: ['a', 'end'], storedCount: 2, isBounded: false });
      if (isInRing) expect(await asked(1)).toMatchObject({ data: ['end'], storedCount: 1 });
    }
  });

  it('asks the record log for nothing that the ring holds', async () => {
    const fixture = new Fixture();
    fixture.read();
    fixture.batch(0, record(0, 'a'), record(1, 'b'));
    expect((await values(fixture, { at: 'last', count: 2 })).data).toEqual(['a', 'b']);
    expect(fixture.history.pages).toBe(0);
  });
});

describe('a feed whose history changes under its readers', () => {
  it('tells every reader that a partition has lost its end, and takes what is written there from then on', async () => {
    const fixture = new Fixture();
    const { text } = fixture.read();
    const slow = fixture.read();
    slow.sink.hasRoom = false;
    fixture.batch(0, record(0, 'a'), record(1, 'b'), record(2, 'c'));
    fixture.history.cutOff(0, 1);
    fixture.hub.onGap({ topic: TOPIC, partition: 0, from: 3, to: 0, reason: GapReason.outOfRange });
    fixture.batch(0, record(0, 'a'), record(1, 'new'));
    slow.sink.hasRoom = true;
    slow.reader.pump();
    const shown = (read: string) => parseSse(read).map(({ name, data }) => (name === 'gap' ? JSON.parse(data) : data));
    const gap = { reason: 'out-of-range', from: cursor(3), to: cursor(0), resumesAt: 'oldest' };
    expect(shown(text())).toEqual(['a', 'b', 'c', gap, 'a', 'new']);
    expect(parseSse(text()).at(-1)?.id).toBe(cursor(2));
    // What it had not taken yet has left the ring, and is nowhere else.
    expect(shown(slow.text())).toEqual([{ ...gap, from: cursor(0) }, 'a', 'new']);
  });

  it('gives a reader that lags all that is written where several partitions have lost their ends', async () => {
    for (const position of [3, 0]) {
      const fixture = new Fixture(2, 'any');
      for (const partition of [0, 1]) fixture.batch(partition, ...[0, 1, 2].map((offset) => record(offset, 'old')));
      // Of these one is at its place in the ring, one catches up.
      const lags = fixture.read(
        new CursorEncoder(originOf(2)).encode(new Map([...zeros(2)].map(([p]) => [p, position]))),
      );
      lags.sink.hasRoom = false;
      for (const partition of [0, 1]) {
        fixture.history.cutOff(partition, 0);
        fixture.hub.onGap({ topic: TOPIC, partition, from: 3, to: 0, reason: GapReason.outOfRange });
      }
      for (const partition of [0, 1])
        fixture.batch(partition, ...[0, 1, 2].map((offset) => record(offset, `new ${partition} ${offset}`)));
      lags.sink.hasRoom = true;
      lags.reader.pump();
      await settle();
      const got = parseSse(lags.text()).filter(({ data }) => data.startsWith('new'));
      expect(got.map(({ data }) => data).sort()).toEqual([0, 1].flatMap((p) => [0, 1, 2].map((n) => `new ${p} ${n}`)));
    }
  });

  it('repeats nothing of the other partitions to a reader that is ahead in them', async () => {
    const fixture = new Fixture(2, 'any');
    const { reader, text } = fixture.read(
      new CursorEncoder(originOf(2)).encode(new Map([...zeros(2)].map(([p]) => [p, 3]))),
    );
    const before = reader.cursor;
    fixture.batch(0, record(0, 'had'));
    fixture.batch(1, record(0, 'had'));
    fixture.hub.onGap({ topic: TOPIC, partition: 0, from: 1, to: 0, reason: GapReason.outOfRange });
    fixture.batch(0, record(0, 'new'));
    fixture.batch(1, record(1, 'had'), record(2, 'had'), record(3, 'next'));
    const shown = parseSse(text()).map(({ name, data }) => (name === 'gap' ? JSON.parse(data).from : data));
    expect(shown).toEqual([before, 'new', 'next']);
  });

  it('tells every reader where records were lost to retention, in its place', () => {
    const fixture = new Fixture();
    const { text } = fixture.read();
    fixture.batch(0, record(0, 'a'));
    fixture.hub.onGap({ topic: TOPIC, partition: 0, from: 1, to: 5, reason: GapReason.retention });
    fixture.batch(0, record(5, 'b'));
    const events = parseSse(text());
    expect(events.map(({ name, data }) => (name === 'gap' ? JSON.parse(data) : data))).toEqual([
      'a',
      { reason: 'retention', from: cursor(1), to: cursor(5), resumesAt: 'oldest' },
      'b',
    ]);
    expect(events[1]?.id).toBe(cursor(5));
  });

  it('tells every reader that the topic was created again, and takes cursors of the new epoch from then on', () => {
    const fixture = new Fixture();
    const { text } = fixture.read();
    fixture.batch(0, record(0, 'a'), record(1, 'b'));
    fixture.hub.onTopic({ origin: originOf(1, 'second'), positions: zeros(1) });
    fixture.batch(0, record(0, 'again'));
    const events = parseSse(text());
    expect(events.map(({ name }) => name)).toEqual(['message', 'message', 'gap', 'message']);
    expect(JSON.parse(events[2]?.data ?? '')).toMatchObject({ reason: 'recreated-topic', from: cursor(2) });
    const last = events.at(-1)?.id ?? '';
    expect(decodeCursor(last)?.epoch).toBe('second');
    expect(fixture.start(last).gap).toBeUndefined();
    expect(fixture.start(cursor(2)).gap?.reason).toBe('recreated-topic');
  });

  it('becomes one of all partitions, with a gap, at a record that its partitioner would have put elsewhere', () => {
    const fixture = new Fixture(4);
    const { text } = fixture.read();
    const elsewhere = (fixture.home + 1) % 4;
    fixture.batch(elsewhere, record(0, 'odd'));
    const events = parseSse(text());
    expect(events.map(({ name }) => name)).toEqual(['gap', 'message']);
    expect(JSON.parse(events[0]?.data ?? '')).toMatchObject({ reason: 'unpredicted-partition', resumesAt: 'record' });
    expect(decodeCursor(events[1]?.id ?? '')?.positions.size).toBe(4);
    expect(fixture.hub.stats().recordsUnpredicted).toBe(1);
  });

  it('tells a reader that is ahead of it too', () => {
    const fixture = new Fixture(4);
    const { text } = fixture.read(new CursorEncoder(originOf(4)).encodeSingle(fixture.home, 5));
    fixture.batch((fixture.home + 1) % 4, record(0, 'odd'));
    expect(parseSse(text()).map(({ name }) => name)).toEqual(['gap', 'message']);
  });

  it('gives a reader that was catching up as it came all of every partition, which needs no gap', async () => {
    const fixture = new Fixture(4);
    const { reader, sink, text } = fixture.read();
    sink.hasRoom = false;
    fixture.batch(fixture.home, ...[0, 1, 2, 3, 4].map((offset) => record(offset, `v${offset}`)));
    sink.hasRoom = true;
    reader.pump();
    expect(reader.isCatchingUp).toBe(true);
    fixture.batch((fixture.home + 1) % 4, record(0, 'odd'));
    await settle();
    const shown = parseSse(text()).map(({ name, data }) => (name === 'gap' ? 'gap' : data));
    expect(shown).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'odd']);
  });

  it('is looked for in all partitions from the start where such a record came before anybody watched', () => {
    const fixture = new Fixture(4);
    fixture.batch((fixture.home + 1) % 4, record(0, 'odd'));
    expect(fixture.hub.feed(TOPIC, ID).floor.size).toBe(4);
  });

  it('gives a reader that is ahead a cursor that any pod takes, also where the topic has just grown', async () => {
    const fixture = new Fixture(1);
    const { reader } = fixture.read(cursor(5));
    const home = predictPartition('murmur2', Buffer.from(ID), 8) ?? 0;
    expect(home).not.toBe(0);
    fixture.hub.onTopic({ origin: originOf(8), positions: zeros(8) });
    const served = zeros(0).set(home, 0).set(0, 5);
    expect(new Fixture(8).start(reader.cursor)).toEqual({ served });
  });

  it('follows its ID to the partition where a grown topic puts it', () => {
    const fixture = new Fixture(1);
    const { text } = fixture.read();
    fixture.batch(0, record(0, 'a'));
    fixture.hub.onTopic({
      origin: originOf(4),
      positions: new Map([
        [0, 1],
        [1, 0],
        [2, 0],
        [3, 0],
      ]),
    });
    fixture.batch(fixture.home, record(fixture.home === 0 ? 1 : 0, 'b'));
    const events = parseSse(text());
    expect(events.map(({ name, data }) => `${name} ${data}`)).toEqual(['message a', 'message b']);
    // A cursor from before the growth still finds its place.
    expect(fixture.start(events[0]?.id ?? '').gap).toBeUndefined();
  });
});

describe('the last event of a feed', () => {
  it('carries the end mark in its own id, live and for a reader that is ahead in another partition', () => {
    const end = { ...record(1, 'end'), headers: { [FEED_END_HEADER]: '' } };
    const fixture = new Fixture(2, 'any');
    const live = fixture.read();
    const ahead = fixture.read(new CursorEncoder(originOf(2)).encode(new Map([...zeros(2), [1, 9]])));
    fixture.batch(0, record(0, 'a'), end, record(2, 'behind'));
    for (const { reader, text } of [live, ahead]) {
      const events = parseSse(text());
      expect(events.map(({ data }) => data)).toEqual(['a', 'end']);
      expect(events.map(({ id }) => decodeCursor(id)?.isEnd)).toEqual([false, true]);
      expect(reader.isOver).toBe(true);
      expect(decodeCursor(reader.cursor)?.isEnd).toBe(true);
    }
  });
});

describe('a topic that is created again under readers that lag', () => {
  const recreate = (fixture: Fixture, partitionCount = 1): void =>
    fixture.hub.onTopic({ origin: originOf(partitionCount, 'second'), positions: zeros(partitionCount) });

  it('leaves no position of before in the new epoch, also when one event evicts frames of both', () => {
    const fixture = new Fixture();
    fixture.read();
    fixture.batch(0, ...[10_000, 10_001].map((offset) => record(offset, 'old')));
    recreate(fixture);
    fixture.batch(0, record(0, 'n0'));
    fixture.batch(0, record(1, 'x'.repeat(400_000)));
    const floor = fixture.hub.feed(TOPIC, ID).floor.get(0) ?? 0;
    expect(floor).toBeLessThanOrEqual(2);
  });

  it('gives a reader that was ahead, and slow, every event of the new topic', () => {
    const fixture = new Fixture(2, 'any');
    const { reader, sink, text } = fixture.read();
    fixture.batch(0, record(0, 'a'));
    const resumed = fixture.read(
      new CursorEncoder(originOf(2)).encode(
        new Map([
          [0, 9],
          [1, 0],
        ]),
      ),
    );
    resumed.sink.hasRoom = false;
    fixture.batch(1, record(0, 'b'));
    recreate(fixture, 2);
    fixture.batch(0, record(0, 'new0'), record(1, 'new1'));
    resumed.sink.hasRoom = true;
    resumed.reader.pump();
    const events = parseSse(resumed.text());
    expect(events.map(({ name, data }) => (name === 'gap' ? 'gap' : data))).toEqual(['b', 'gap', 'new0', 'new1']);
    expect(decodeCursor(events[0]?.id ?? '')?.epoch).toBe('first');
    expect(decodeCursor(events[3]?.id ?? '')).toMatchObject({ epoch: 'second' });
    expect(sink.hasRoom && reader.isAtHead && text().includes('new1')).toBe(true);
  });

  it('tells a reader that also fell out of the ring once, and gives it all of the new topic', async () => {
    const fixture = new Fixture();
    const { reader, sink, text } = fixture.read();
    sink.hasRoom = false;
    fixture.batch(0, record(500, 'old'));
    fixture.history.recreate('second');
    recreate(fixture);
    fixture.batch(0, ...[0, 1, 2, 3, 4, 5].map((offset) => record(offset, `n${offset}`)));
    sink.hasRoom = true;
    reader.pump();
    await settle();
    const events = parseSse(text());
    const shown = events.map(({ name, data }) => (name === 'gap' ? 'gap' : data));
    expect(shown).toEqual(['gap', 'n0', 'n1', 'n2', 'n3', 'n4', 'n5']);
    expect(JSON.parse(events[0]?.data ?? '')).toMatchObject({ reason: 'recreated-topic' });
  });
});

describe('a slow reader', () => {
  it('costs nothing while its sink is full, and reads on in order once there is room', () => {
    const fixture = new Fixture();
    const { reader, sink, text } = fixture.read();
    sink.hasRoom = false;
    fixture.batch(0, record(0, 'a'), record(1, 'b'));
    expect(text()).toBe('');
    expect(reader.isAtHead).toBe(false);
    sink.hasRoom = true;
    reader.pump();
    expect(parseSse(text()).map(({ data }) => data)).toEqual(['a', 'b']);
  });

  it('that falls out of the ring catches up from the record log, and misses nothing', async () => {
    const fixture = new Fixture();
    const { reader, sink, text } = fixture.read();
    fixture.batch(0, record(0, 'a'));
    sink.hasRoom = false;
    fixture.batch(0, ...[1, 2, 3, 4, 5, 6].map((offset) => record(offset, `v${offset}`)));
    sink.hasRoom = true;
    reader.pump();
    await settle();
    expect(parseSse(text()).map(({ data }) => data)).toEqual(['a', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6']);
    expect(reader.isAtHead).toBe(true);
    fixture.batch(0, record(7, 'v7'));
    expect(parseSse(text()).at(-1)).toMatchObject({ data: 'v7', id: cursor(8) });
  });

  it('takes from the record log no more than its sink has room for', async () => {
    const fixture = new Fixture();
    fixture.batch(0, ...Array.from({ length: 40 }, (_, offset) => record(offset, `v${offset}`)));
    const { reader, sink, text } = fixture.read(cursor(0));
    sink.hasRoom = false;
    await settle();
    // The page that was on its way is let go again.
    expect(fixture.history.pages).toBe(1);
    expect(text()).toBe('');
    expect(reader.cursor).toBe(cursor(0));
    sink.hasRoom = true;
    reader.pump();
    await settle();
    expect(parseSse(text()).map(({ data }) => data)).toEqual(Array.from({ length: 40 }, (_, index) => `v${index}`));
  });

  it('gets the last event of a feed over several partitions behind all that the others hold', async () => {
    for (const endsIn of [[0], [1], [0, 1], [2, 0]]) {
      const fixture = new Fixture(3, 'any');
      for (const partition of [0, 1, 2]) {
        const last = endsIn.includes(partition) ? [{ ...record(5, 'end'), headers: { [FEED_END_HEADER]: '' } }] : [];
        fixture.batch(partition, ...[0, 1, 2, 3, 4].map((offset) => record(offset, `${partition}:${offset}`)), ...last);
      }
      const got: string[] = [];
      // Cut after each page, it finds its place again.
      let after = new CursorEncoder(originOf(3)).encode(zeros(3));
      for (let connections = 0; !decodeCursor(after)?.isEnd && connections < 40; connections += 1) {
        const { reader, sink, text } = fixture.read(after);
        sink.hasRoom = connections % 2 === 0;
        await settle();
        sink.hasRoom = false;
        await settle();
        after = reader.cursor;
        reader.close(0);
        got.push(...parseSse(text()).map(({ data }) => data));
      }
      expect(got.at(-1)).toBe('end');
      const all = [0, 1, 2].flatMap((partition) => [0, 1, 2, 3, 4].map((offset) => `${partition}:${offset}`));
      expect(got.slice(0, -1).sort()).toEqual(all);
    }
  });

  it('has a cursor that can be read also where the topic has grown while it caught up', async () => {
    const fixture = new Fixture(2, 'any');
    fixture.batch(0, ...Array.from({ length: 6 }, (_, offset) => record(offset, `a${offset}`)));
    fixture.history.setEnd(1, 0);
    const { reader, sink, text } = fixture.read(new CursorEncoder(originOf(2)).encode(zeros(2)));
    sink.hasRoom = false;
    fixture.hub.onTopic({ origin: originOf(3), positions: new Map([...zeros(3), [0, 6]]) });
    fixture.batch(2, ...Array.from({ length: 6 }, (_, offset) => record(offset, `c${offset}`)));
    sink.hasRoom = true;
    reader.pump();
    await reader.settled;
    const events = parseSse(text());
    expect(events.map(({ data }) => data).sort()).toEqual([0, 1, 2, 3, 4, 5].flatMap((n) => [`a${n}`, `c${n}`]).sort());
    for (const { id } of events) expect(fixture.start(id).gap).toBeUndefined();
  });

  it('that leaves while it catches up asks for nothing more', async () => {
    const fixture = new Fixture();
    fixture.batch(0, ...Array.from({ length: 40 }, (_, offset) => record(offset, `v${offset}`)));
    const { reader, text } = fixture.read(cursor(0));
    reader.close(0);
    await settle();
    expect(text()).toBe('');
    expect(fixture.history.pages).toBe(0);
    expect(reader.isCatchingUp).toBe(false);
  });

  it('has as its cursor what was written to it, not the head of the feed', () => {
    const fixture = new Fixture();
    const { reader, sink } = fixture.read();
    fixture.batch(0, record(0, 'a'));
    sink.hasRoom = false;
    fixture.batch(0, record(1, 'b'));
    expect(reader.cursor).toBe(cursor(1));
    fixture.batch(0, record(2, 'x', 'other'));
    sink.hasRoom = true;
    reader.pump();
    expect(reader.cursor).toBe(cursor(3));
  });
});
