/**
 * The promise of a cursor, against a plain list: any mix of appends, cuts in the middle of an event, slow reading,
 * evictions, pings, rotations, growth of the topic, and moves between pods that have read the partitions differently
 * far. Whatever happens, every client ends with exactly the list; where the record log itself has deleted the oldest
 * records, what it lacks is what its gaps said.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventName, RecordLogKind } from '../../protocol/constants.ts';
import { type CursorOrigin, decodeCursor } from '../../protocol/cursor.ts';
import { controlEvent } from '../../protocol/sse.ts';
import { predictPartition } from '../record-log/partitioner.ts';
import type { FeedIdRule, LogRecord } from '../record-log/port.ts';
import { recordIdOf } from '../record-log/record-id.ts';
import { ListHistory } from '../testing/list-history.ts';
import { type ParsedEvent, SseParser } from '../testing/parse-sse.ts';
import { type Begin, beginOf } from './begin.ts';
import type { Feed } from './feed.ts';
import { Hub } from './hub.ts';
import { Reader } from './reader.ts';
import type { Start } from './resume.ts';
import { SSE_ENCODINGS } from './sse-encoding.ts';

const TOPIC = 'orders';
/** In another partition whenever the topic grows. */
const ID = 'order-3';

type Step =
  | { readonly do: 'append'; readonly partition: number; readonly isOurs: boolean }
  | { readonly do: 'deliver'; readonly pod: number; readonly partition: number; readonly count: number }
  | { readonly do: 'connect'; readonly pod: number }
  | { readonly do: 'cut'; readonly keepBytes: number }
  | { readonly do: 'room'; readonly has: boolean }
  | { readonly do: 'receive' }
  | { readonly do: 'ping' }
  | { readonly do: 'settle' }
  | { readonly do: 'rotate'; readonly pod: number }
  | { readonly do: 'grow' }
  | { readonly do: 'notice'; readonly pod: number }
  | { readonly do: 'delete'; readonly count: number }
  | { readonly do: 'restart'; readonly pod: number };

const PARTITIONS_MAX = 6;

const KEY: FeedIdRule = { in: 'key' };
const HEADER: FeedIdRule = { in: 'header', name: 'order-id' };
const JSON_POINTER: FeedIdRule = { in: 'json', path: ['order', 'id'] };

interface Setup {
  readonly partitionCount: number;
  /** Where the ID stands; a keyed one has a partition of its own. */
  readonly idRule: FeedIdRule;
  readonly isKeyed: boolean;
  readonly ringFrames: number;
  /** Of one byte nothing stays in memory but between a batch and its flush. */
  readonly ringTotalBytes: number;
}

/** All records of all partitions; whether each is of our ID. */
class ListLog {
  readonly history: ListHistory;
  readonly partitions: boolean[][];
  oldest = 0;
  readonly setup: Setup;

  constructor(setup: Setup) {
    this.setup = setup;
    this.history = new ListHistory(recordIdOf(setup.idRule));
    this.partitions = Array.from({ length: setup.partitionCount }, () => []);
    for (const partition of this.partitions.keys()) this.history.setEnd(partition, 0);
  }

  get origin(): CursorOrigin {
    const partitionCount = this.partitions.length;
    return { kind: RecordLogKind.kafka, logId: 'list', epoch: 'first', topic: TOPIC, partitionCount };
  }

  grow(): void {
    if (this.partitions.length === PARTITIONS_MAX) return;
    this.history.setEnd(this.partitions.length, 0);
    this.partitions.push([]);
  }

  append(wanted: number, isOurs: boolean): void {
    const { isKeyed } = this.setup;
    const home = predictPartition('murmur2', Buffer.from(ID), this.partitions.length) ?? 0;
    const partition = isKeyed && isOurs ? home : wanted % this.partitions.length;
    const list = this.partitions[partition] ?? [];
    this.history.add(partition, recordOf({ partition, offset: list.length, isOurs }, this.setup.idRule));
    list.push(isOurs);
  }

  deleteBelow(offset: number): void {
    this.oldest = Math.max(this.oldest, offset);
    this.history.deleteBelow(this.oldest);
  }
}

/** One whose ID is not the key has our ID as its key where it is of another feed. */
function recordOf(
  { partition, offset, isOurs }: { readonly partition: number; readonly offset: number; readonly isOurs: boolean },
  idRule: FeedIdRule,
): LogRecord {
  const [id, key] = isOurs ? [ID, 'other'] : ['other', ID];
  const place = `${partition}:${offset}`;
  const record = { offset, key: Buffer.from(key), value: Buffer.from(place), headers: undefined, timestampMs: 0 };
  switch (idRule.in) {
    case 'key':
      return { ...record, key: Buffer.from(id) };
    case 'header':
      return { ...record, headers: { [idRule.name]: Buffer.from(id) } };
    case 'json':
      return { ...record, value: Buffer.from(JSON.stringify({ place, order: { id } })) };
  }
}

/** What is told of one by its value. */
function placeOf(data: string): string {
  return data.startsWith('{') ? JSON.parse(data).place : data;
}

class Pod {
  readonly hub: Hub;
  readonly #log: ListLog;
  readonly #positions: number[];

  /** @param positions where it begins; what lies below them it has never seen */
  constructor(log: ListLog, positions: readonly number[] = []) {
    this.#log = log;
    this.#positions = [...positions];
    this.hub = new Hub({
      pod: 'pod',
      ring: { frames: log.setup.ringFrames, bytes: 1_000_000 },
      ringTotalBytes: log.setup.ringTotalBytes,
      idleRingBytes: 1_000_000,
      lingerMs: 1_000_000,
      directorySize: 10,
      partitionerOf: () => (log.setup.isKeyed ? 'murmur2' : 'any'),
      recordIdIn: () => recordIdOf(log.setup.idRule),
      feedEndOf: () => 'header',
      history: log.history,
      beginRecordsMax: 1_000,
      now: () => 0,
    });
    this.notice();
    this.hub.feed(TOPIC, ID);
  }

  /** Looks at the topic, which may have grown. */
  notice(): void {
    while (this.#positions.length < this.#log.partitions.length) this.#positions.push(0);
    this.hub.onTopic({ origin: this.#log.origin, positions: new Map(this.#positions.entries()) });
  }

  deliver(anyPartition: number, count: number): void {
    const partition = anyPartition % this.#positions.length;
    const from = this.#positions[partition] ?? 0;
    const taken = (this.#log.partitions[partition] ?? []).slice(from, from + count);
    const records = taken.map((isOurs, index) =>
      recordOf({ partition, offset: from + index, isOurs }, this.#log.setup.idRule),
    );
    this.#positions[partition] = from + taken.length;
    this.hub.onBatch({ topic: TOPIC, partition, records, nextPosition: from + taken.length });
  }

  deliverAll(): void {
    for (const [partition, records] of this.#log.partitions.entries()) this.deliver(partition, records.length);
  }
}

interface Connected {
  readonly reader: Reader;
  readonly parser: SseParser;
  readonly sent: Buffer[];
  readonly sink: { hasRoom: boolean; onRoom: (() => void) | undefined };
}

/** A client that knows only the wire: it keeps the newest cursor, and what it was sent. */
class Client {
  readonly received: string[] = [];
  readonly gaps: { from: string | null; to: string; reason: string }[] = [];
  firstCursor: string | undefined;
  #cursor: string | null = null;
  #connection: Connected | undefined;
  #connecting = new AbortController();

  /** It is connected once the pod knows where this begins. */
  connect({ hub }: Pod): void {
    this.cut(Number.POSITIVE_INFINITY);
    this.#connecting = new AbortController();
    const { signal } = this.#connecting;
    const begin: Begin = this.#cursor === null ? { at: 'now' } : { at: 'cursor', cursor: this.#cursor };
    beginOf(hub, { topic: TOPIC, id: ID, begin }, signal).then(
      ({ feed, start }) => {
        if (!signal.aborted) this.#connection = open(feed, start);
      },
      (error: unknown) => {
        if (!signal.aborted) throw error;
      },
    );
  }

  /** The server ends the connection between two events. */
  rotate(next: Pod): void {
    const { reader, sent } = this.#connection ?? {};
    sent?.push(Buffer.from(controlEvent(EventName.rotate, { retryMs: 0 }, reader?.cursor)));
    this.connect(next);
  }

  ping(): void {
    const { reader, sink, sent } = this.#connection ?? {};
    if (sink?.hasRoom) sent?.push(Buffer.from(controlEvent(EventName.ping, {}, reader?.cursor)));
  }

  setRoom(hasRoom: boolean): void {
    if (this.#connection === undefined) return;
    this.#connection.sink.hasRoom = hasRoom;
    if (hasRoom) this.#connection.sink.onRoom?.();
  }

  receive(maxBytes = Number.POSITIVE_INFINITY): void {
    if (this.#connection === undefined) return;
    const { sent, parser } = this.#connection;
    const bytes = Buffer.concat(sent.splice(0)).subarray(0, Math.min(maxBytes, 1e9));
    for (const event of parser.push(bytes.toString('utf8'))) this.#take(event);
  }

  /** The connection breaks; of what was on its way only the first bytes arrive. */
  cut(keepBytes: number): void {
    this.#connecting.abort();
    this.receive(keepBytes);
    this.#connection?.reader.close(0);
    this.#connection = undefined;
  }

  #take({ name, data, id }: ParsedEvent): void {
    if (id !== '') this.#cursor = id;
    if (id !== '') this.firstCursor ??= id;
    if (name === 'message') this.received.push(placeOf(data));
    if (name === EventName.gap) this.gaps.push(JSON.parse(data));
  }
}

function open(feed: Feed, start: Start): Connected {
  const sent: Buffer[] = [];
  const sink = {
    hasRoom: true,
    onRoom: undefined as (() => void) | undefined,
    write: (bytes: Uint8Array) => void sent.push(Buffer.from(bytes)),
    fail: (reason: Error) => {
      throw reason;
    },
  };
  const reader = new Reader(feed, { sink, encoding: SSE_ENCODINGS.raw, start });
  const gap = start.gap === undefined ? '' : controlEvent(EventName.gap, start.gap, start.gap.to);
  sent.push(Buffer.from(controlEvent(EventName.hello, {}, start.gap === undefined ? reader.cursor : undefined) + gap));
  reader.pump();
  return { reader, parser: new SseParser(), sent, sink };
}

const partition = fc.nat({ max: PARTITIONS_MAX - 1 });
const pod = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), partition, isOurs: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), pod, partition, count: fc.nat({ max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), pod }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), keepBytes: fc.nat({ max: 400 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('room' as const), has: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('receive' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ping' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rotate' as const), pod }) },
);
const growth: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('grow' as const) }),
  fc.record({ do: fc.constant('notice' as const), pod }),
);
const deletion: fc.Arbitrary<Step> = fc.record({ do: fc.constant('delete' as const), count: fc.nat({ max: 4 }) });
const restart: fc.Arbitrary<Step> = fc.record({ do: fc.constant('restart' as const), pod });
const stepsWith = (rare: fc.Arbitrary<Step>) =>
  fc.array(fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: rare }), { maxLength: 80, size: 'max' });
const idPlace = fc.oneof(
  fc.boolean().map((isKeyed) => ({ idRule: KEY, isKeyed })),
  fc.constantFrom(HEADER, JSON_POINTER).map((idRule) => ({ idRule, isKeyed: false })),
);
/** A topic of any size, with its IDs in any place. */
const setupsWith = (ringFrames: fc.Arbitrary<number>): fc.Arbitrary<Setup> =>
  fc
    .record({
      partitionCount: fc.integer({ min: 1, max: 4 }),
      ringFrames,
      ringTotalBytes: fc.constantFrom(1_000_000, 700, 1),
      place: idPlace,
    })
    .map(({ place, ...shape }) => ({ ...shape, ...place }));
const smallRing = fc.integer({ min: 1, max: 3 });
const anyRing = fc.oneof(smallRing, fc.constant(1_000));

async function run(setup: Setup, script: readonly Step[]): Promise<{ log: ListLog; client: Client }> {
  const log = new ListLog(setup);
  const pods: [Pod, Pod] = [new Pod(log), new Pod(log)];
  const client = new Client();
  client.connect(pods[0]);
  await settle();
  client.receive();
  for (const action of script) {
    if (action.do === 'settle') await settle();
    else perform(action, log, pods, client);
  }
  client.cut(Number.POSITIVE_INFINITY);
  client.connect(pods[1]);
  for (const each of pods) each.notice();
  await settle();
  for (const each of pods) each.deliverAll();
  await settle();
  client.receive();
  return { log, client };
}

/** All that was asked of the record log has been answered, and what was asked because of it too. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function perform(action: Exclude<Step, { do: 'settle' }>, log: ListLog, pods: [Pod, Pod], client: Client): void {
  switch (action.do) {
    case 'append':
      log.append(action.partition, action.isOurs);
      break;
    case 'deliver':
      pods[action.pod === 0 ? 0 : 1].deliver(action.partition, action.count);
      break;
    case 'connect':
      client.connect(pods[action.pod === 0 ? 0 : 1]);
      break;
    case 'cut':
      client.cut(action.keepBytes);
      break;
    case 'room':
      client.setRoom(action.has);
      break;
    case 'receive':
      client.receive();
      break;
    case 'ping':
      client.ping();
      break;
    case 'rotate':
      client.rotate(pods[action.pod === 0 ? 0 : 1]);
      break;
    case 'grow':
      log.grow();
      break;
    case 'notice':
      pods[action.pod === 0 ? 0 : 1].notice();
      break;
    case 'delete':
      log.deleteBelow(log.oldest + action.count);
      break;
    case 'restart':
      // As `kill -9` does: nothing of what was on its way arrives, and the next process begins where the log ends.
      client.cut(0);
      pods[action.pod === 0 ? 0 : 1] = new Pod(
        log,
        log.partitions.map(({ length }) => length),
      );
      break;
  }
}

/** What the client should have: our records from its first cursor on, each partition in order. */
function expected({ partitions }: ListLog, client: Client): string[][] {
  const start = decodeCursor(client.firstCursor ?? '')?.positions ?? new Map<number, number>();
  return partitions.map((records, index) =>
    records.flatMap((isOurs, offset) => (isOurs && offset >= (start.get(index) ?? 0) ? [`${index}:${offset}`] : [])),
  );
}

function byPartition(values: readonly string[], count: number): string[][] {
  return Array.from({ length: count }, (_, index) => values.filter((value) => value.startsWith(`${index}:`)));
}

function isInGap(value: string, gaps: Client['gaps']): boolean {
  const [index = 0, offset = 0] = value.split(':').map(Number);
  return gaps.some(({ from, to }) => {
    const low = decodeCursor(from ?? '')?.positions.get(index) ?? 0;
    return offset >= low && offset < (decodeCursor(to)?.positions.get(index) ?? 0);
  });
}

/** A pod that does not know yet that the topic has grown finds the feed elsewhere, under a client of one that was ahead. */
const WIDENED_UNDER_ONE_AHEAD: Step[] = [
  { do: 'append', partition: 0, isOurs: true },
  { do: 'deliver', pod: 0, partition: 3, count: 1 },
  { do: 'grow' },
  { do: 'append', partition: 0, isOurs: true },
  { do: 'connect', pod: 1 },
  { do: 'settle' },
  { do: 'deliver', pod: 1, partition: 0, count: 1 },
];

describe('a client that keeps its cursor', { timeout: 60_000 }, () => {
  it('gets each event exactly once and in order, whatever happens to its connections and pods', async () => {
    await fc.assert(
      fc.asyncProperty(setupsWith(anyRing), stepsWith(growth), async (setup, script) => {
        const { log, client } = await run(setup, script);
        // Where the topic has grown, a pod that does not know it yet finds records where it did not expect them.
        expect(client.gaps.filter(({ reason }) => reason !== 'unpredicted-partition')).toEqual([]);
        expect(byPartition(client.received, log.partitions.length)).toEqual(expected(log, client));
      }),
      {
        numRuns: 3_000,
        examples: [
          [
            { partitionCount: 2, idRule: KEY, isKeyed: true, ringFrames: 1, ringTotalBytes: 1_000_000 },
            WIDENED_UNDER_ONE_AHEAD,
          ],
        ],
      },
    );
  });

  it('gets each event exactly once and in order, also from pods that have just started', async () => {
    await fc.assert(
      fc.asyncProperty(setupsWith(anyRing), stepsWith(fc.oneof(restart, growth)), async (setup, script) => {
        const { log, client } = await run(setup, script);
        expect(client.gaps.filter(({ reason }) => reason !== 'unpredicted-partition')).toEqual([]);
        expect(byPartition(client.received, log.partitions.length)).toEqual(expected(log, client));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is told by gaps exactly where it may lack something that the record log has deleted', async () => {
    await fc.assert(
      fc.asyncProperty(setupsWith(smallRing), stepsWith(deletion), async (setup, script) => {
        const { log, client } = await run(setup, script);
        const got = byPartition(client.received, setup.partitionCount);
        for (const [index, wanted] of expected(log, client).entries()) {
          const received = got[index] ?? [];
          const unexplained = wanted.filter((value) => !received.includes(value) && !isInGap(value, client.gaps));
          expect(unexplained).toEqual([]);
          expect(received).toEqual(wanted.filter((value) => received.includes(value)));
        }
      }),
      { numRuns: 1_500 },
    );
  });
});
