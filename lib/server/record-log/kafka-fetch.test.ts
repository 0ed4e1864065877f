import fc from 'fast-check';
import type { Broker } from 'kafkajs';
import Batch from 'kafkajs/src/consumer/batch.js';
import encodeMessageSet from 'kafkajs/src/protocol/messageSet/index.js';
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import kafkajsResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { describe, expect, it } from 'vitest';
import { decodeFetches, type FetchedPartition, recordsOf } from './kafka-fetch.ts';
import { decodeFetch, FETCH_VERSION } from './kafka-fetch-response.ts';
import { batchOf, type DecodedMessage } from './kafka-record.ts';
import type { LogRecord } from './port.ts';

const TOPIC = 'orders';
/** Of a property, on a machine that is busy with other things too. */
const TIMEOUT_MS = 30_000;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 22;
const APPEND_TIME = 0x08;
const CONTROL = 0x20;
const ABORTED_PRODUCER = 5;
/** A batch of no special kind. */
const ABOUT = { compression: 0, firstTimestamp: 0, maxTimestamp: 0, transactional: false, producerId: -1 };

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const field = (maxLength: number) => fc.option(bytes(maxLength));
const headerName = fc.string({ maxLength: 8 }).map((name) => `h-${name}`);
const headerValue = fc.string({ unit: 'binary', maxLength: 20 });
const record = fc.record({
  step: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100_000 })),
  timestampDelta: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  key: field(20),
  value: field(300),
  headers: fc.dictionary(headerName, fc.oneof(headerValue, fc.array(headerValue, { minLength: 2, maxLength: 3 })), {
    maxKeys: 3,
  }),
});
const batch = fc.record({
  step: fc.integer({ min: 0, max: 2 ** 33 }),
  compression: fc.constantFrom(0, 0, 1),
  firstTimestamp: fc.integer({ min: -1, max: 2 ** 42 }),
  transactional: fc.boolean(),
  producerId: fc.integer({ min: ABORTED_PRODUCER + 1, max: 2 ** 40 }),
  flags: fc.constantFrom(0, 0, 0, APPEND_TIME, CONTROL),
  records: fc.array(record, { minLength: 1, maxLength: 8 }),
});
const fetched = fc.record({ batches: fc.array(batch, { maxLength: 4 }), cutBytes: fc.nat({ max: 200 }) });
type Fetched = typeof fetched extends fc.Arbitrary<infer T> ? T : never;

/** One partition's bytes, as kafkajs's own encoder makes them; and the offset behind them. */
async function encode({ batches, cutBytes }: Fetched): Promise<{ set: Buffer; end: number }> {
  const encoded: Buffer[] = [];
  let end = 0;
  for (const { step, firstTimestamp, flags, records, ...batch } of batches) {
    const firstOffset = end + step;
    end = firstOffset;
    const encodedRecords = records.map(({ step: gap, ...record }, index) => {
      end += index === 0 ? 0 : gap;
      return encodeRecord({ ...record, offsetDelta: end - firstOffset });
    });
    const lastOffsetDelta = end - firstOffset;
    const times = { firstTimestamp, maxTimestamp: firstTimestamp + 1_000 };
    const { buffer } = await RecordBatch({ ...batch, ...times, firstOffset, lastOffsetDelta, records: encodedRecords });
    buffer[ATTRIBUTES_AT] = (buffer[ATTRIBUTES_AT] ?? 0) | flags;
    encoded.push(buffer);
    end += 1;
  }
  const set = Buffer.concat(encoded).subarray(0, -cutBytes || undefined);
  // Fewer bytes than show of what format they are make kafkajs fail.
  return { set: set.length <= MAGIC_AT ? Buffer.alloc(0) : set, end };
}

/** A Fetch response v11. */
function answerOf(sets: readonly Buffer[]): Buffer {
  const ints = (...values: readonly number[]): Buffer => {
    const made = Buffer.alloc(4 * values.length);
    for (const [index, value] of values.entries()) made.writeInt32BE(value, 4 * index);
    return made;
  };
  const int16 = (value: number): Buffer => ints(value).subarray(2);
  const int64 = (value: number): Buffer => ints(0, value);
  const partitions = sets.flatMap((set, partition) => {
    const offsets = [int64(9_000), int64(8_000), int64(7)];
    const aborted = [ints(1), int64(ABORTED_PRODUCER), int64(6)];
    return [ints(partition), int16(0), ...offsets, ...aborted, ints(-1), ints(set.length), set];
  });
  return Buffer.concat([
    ints(17),
    int16(0),
    ints(4, 1),
    int16(TOPIC.length),
    Buffer.from(TOPIC),
    ints(sets.length),
    ...partitions,
  ]);
}

const plain = ({ offset, key, value, headers, timestampMs }: LogRecord) => ({
  offset,
  key,
  value,
  headers,
  timestampMs,
});

type AskedPartition = Parameters<Broker['fetch']>[0]['topics'][number]['partitions'][number];

/** The broker's answer to one fetch, as a consumer of kafkajs is given it. */
async function fetchAll(raw: Buffer, partitions: AskedPartition[]): Promise<readonly FetchedPartition[]> {
  const connectionPool = { send: ({ response }: { response: typeof kafkajsResponse }) => response.decode(raw) };
  const request = { apiName: 'Fetch', apiVersion: FETCH_VERSION };
  const broker = {
    connectionPool,
    fetch: () => broker.connectionPool.send({ request, response: kafkajsResponse } as never),
  };
  decodeFetches(broker as unknown as Broker);
  const { responses } = await (broker as unknown as Broker).fetch({ topics: [{ topic: TOPIC, partitions }] });
  return responses[0].partitions;
}

/** Of its only partition. */
async function fetchThrough(raw: Buffer, from: number): Promise<FetchedPartition> {
  const [fetched] = await fetchAll(raw, [{ partition: 0, fetchOffset: String(from), maxBytes: 1 }]);
  if (fetched === undefined) throw new Error('The answer has no partition.');
  return fetched;
}

describe('a fetch that is decoded here', () => {
  it(
    'has what it has for kafkajs: every record with all its fields, and whose it is',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fetched, { minLength: 1, maxLength: 3 }), async (partitions) => {
          const sets = await Promise.all(partitions.map(encode));
          const raw = answerOf(sets.map(({ set }) => set));
          const { responses, ...head } = await kafkajsResponse.decode(raw);
          const ours = await decodeFetch(raw);
          expect(ours).toMatchObject(head);
          for (const [index, { messages, ...about }] of responses[0]?.partitions.entries() ?? []) {
            const { batches = [], ...aboutOurs } = ours?.responses[0]?.partitions[index] ?? {};
            expect(aboutOurs).toEqual(about);
            const records = batches.flatMap(({ records, isControl, inTransaction, producerId }) =>
              records.map((record) => ({ ...plain(record), isControl, producerId: inTransaction ? producerId : '' })),
            );
            const expected = (messages as readonly DecodedMessage[]).map(batchOf).flatMap((batch) => {
              const { records, isControl, inTransaction, producerId } = batch;
              return records.map((record) => ({ ...record, isControl, producerId: inTransaction ? producerId : '' }));
            });
            expect(records).toEqual(expected);
          }
        }),
      );
    },
    TIMEOUT_MS,
  );

  it(
    'moves a consumer of kafkajs as kafkajs does, wherever in a batch the offset lies that was asked for',
    async () => {
      await fc.assert(
        fc.asyncProperty(fetched, fc.double({ min: 0, max: 1, noNaN: true }), async (partition, share) => {
          const { set, end } = await encode(partition);
          const from = Math.floor(share * end);
          const raw = answerOf([set]);
          const { responses } = await kafkajsResponse.decode(raw);
          const theirs = new Batch(TOPIC, String(from), { ...responses[0]?.partitions[0], abortedTransactions: [] });
          const shown = await fetchThrough(raw, from);
          const ours = new Batch(TOPIC, String(from), shown);
          expect(ours.isEmpty()).toBe(theirs.isEmpty());
          expect(ours.isEmptyDueToFiltering()).toBe(theirs.isEmptyDueToFiltering());
          expect(ours.lastOffset()).toBe(theirs.lastOffset());
          const offsets = theirs.messages.map(({ offset }) => Number(offset));
          expect(recordsOf(ours).map(({ offset }) => offset)).toEqual(offsets);
        }),
      );
    },
    TIMEOUT_MS,
  );

  it('leaves records of older formats to kafkajs', async () => {
    const entries = ['a', 'b', 'c'].map((key) => ({ key, value: `of ${key}`, timestamp: 1_700_000_000_000 }));
    const { buffer } = encodeMessageSet({ messageVersion: 1, compression: undefined, entries });
    const raw = answerOf([buffer]);
    expect(await decodeFetch(raw)).toBeNull();
    const records = recordsOf(await fetchThrough(raw, 1));
    expect(records.map(({ offset, key, timestampMs }) => [offset, String(key), timestampMs])).toEqual([
      [1, 'b', 1_700_000_000_000],
      [2, 'c', 1_700_000_000_000],
    ]);
  });

  it('goes on behind a batch whose last records, or all of them, were compacted away', async () => {
    const record = encodeRecord({ offsetDelta: 2, timestampDelta: 0, key: null, value: null, headers: {} });
    const partly = await RecordBatch({ ...ABOUT, firstOffset: 10, lastOffsetDelta: 9, records: [record] });
    const empty = await RecordBatch({ ...ABOUT, firstOffset: 20, lastOffsetDelta: 9, records: [] });
    const shown = await fetchThrough(answerOf([Buffer.concat([partly.buffer, empty.buffer])]), 10);
    expect(recordsOf(shown).map(({ offset }) => offset)).toEqual([12]);
    expect(new Batch(TOPIC, '10', shown).lastOffset()).toBe('29');
    const behind = new Batch(TOPIC, '25', await fetchThrough(answerOf([empty.buffer]), 25));
    expect([behind.isEmptyDueToFiltering(), behind.lastOffset()]).toEqual([true, '29']);
  });

  it('looks once at each partition that was asked for, however many there are', async () => {
    let looks = 0;
    const asked = Array.from({ length: 3_000 }, (_, partition) => ({
      get partition(): number {
        looks += 1;
        return partition;
      },
      fetchOffset: '0',
      maxBytes: 1,
    }));
    expect(await fetchAll(answerOf(asked.map(() => Buffer.alloc(0))), asked)).toHaveLength(asked.length);
    expect(looks).toBe(asked.length);
  });

  it('hands out as many batches as a fetch can hold', async () => {
    const record = encodeRecord({ offsetDelta: 0, timestampDelta: 0, key: null, value: null, headers: {} });
    const { buffer } = await RecordBatch({ ...ABOUT, firstOffset: 10, lastOffsetDelta: 0, records: [record] });
    const shown = await fetchThrough(answerOf([Buffer.concat(Array<Buffer>(200_000).fill(buffer))]), 10);
    expect(recordsOf(shown)).toHaveLength(200_000);
  });
});
