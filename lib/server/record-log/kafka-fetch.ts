/**
 * What kafkajs fetches, decoded here: kafkajs makes a dozen objects and texts of each record, whether somebody wants it
 * or not. It is shown no more of the records than the offsets that it goes by; they themselves go past it.
 */
import type { Broker } from 'kafkajs';
import { type AbortedTransaction, givenBatches } from './aborted-records.ts';
import { decodeFetch, FETCH_VERSION } from './kafka-fetch-response.ts';
import { batchOf, type DecodedMessage } from './kafka-record.ts';
import type { FetchedBatch } from './kafka-record-batch.ts';
import type { LogRecord } from './port.ts';

/** What kafkajs sees in place of the first and of the last record of a partition. */
export interface Milestone {
  readonly offset: string;
  /** Set where there is no record for us: kafkajs hands such a batch to nobody, and goes on behind it. */
  readonly isControlRecord: boolean;
  /** All that there are for us, in order. */
  readonly records: readonly LogRecord[];
}

/** One partition's part of a fetch. */
export interface FetchedPartition {
  readonly partition: number;
  readonly lastStableOffset: string;
  readonly messages: readonly Milestone[];
}

/** Decoded here; where it is of an old format, kafkajs has done it, and there are messages in place of batches. */
interface DecodedPartition {
  readonly partition: number;
  readonly batches?: readonly FetchedBatch[];
  messages?: readonly object[];
  abortedTransactions?: readonly AbortedTransaction[] | null;
}

interface Fetched {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly DecodedPartition[] }[];
}

type FetchRequest = Parameters<Broker['fetch']>[0];

interface Answered {
  readonly request: { readonly apiName: string; readonly apiVersion: number };
  readonly response: { decode(raw: Buffer): Promise<object> };
}

/** What kafkajs 2.2.4 (pinned, unmaintained) has beyond its types. */
interface BrokerWithPool extends Broker {
  readonly connectionPool: { send(request: Answered): Promise<object> };
}

/** The records of a batch that kafkajs hands out. */
export function recordsOf({ messages }: { readonly messages: readonly object[] }): readonly LogRecord[] {
  const [first] = messages as readonly Milestone[];
  return first?.records ?? [];
}

/** From now on every fetch over these connections, the consumer's own too, is decoded here. */
export function decodeFetches(broker: Broker): void {
  const { connectionPool } = broker as BrokerWithPool;
  const send = connectionPool.send.bind(connectionPool);
  connectionPool.send = (request) => send(isDecodedHere(request) ? withOwnDecoder(request) : request);
  const fetch: Broker['fetch'] = broker.fetch.bind(broker);
  broker.fetch = async (request) => {
    const fetched: Fetched = await fetch(request);
    const asked = askedOffsets(request);
    for (const { topicName, partitions } of fetched.responses) {
      const offsets = asked.get(topicName);
      for (const partition of partitions) showMilestones(partition, offsets?.get(partition.partition) ?? 0);
    }
    return fetched;
  };
}

function isDecodedHere({ request }: Answered): boolean {
  return request.apiName === 'Fetch' && request.apiVersion === FETCH_VERSION;
}

function withOwnDecoder(request: Answered): Answered {
  const { response } = request;
  const decode = async (raw: Buffer) => (await decodeFetch(raw)) ?? response.decode(raw);
  return { ...request, response: { ...response, decode } };
}

/** By topic and partition. kafkajs names each topic once. */
function askedOffsets({ topics }: FetchRequest): Map<string, Map<number, number>> {
  return new Map(
    topics.map(({ topic, partitions }) => [
      topic,
      new Map(partitions.map(({ partition, fetchOffset }) => [partition, Number(fetchOffset)])),
    ]),
  );
}

function showMilestones(partition: DecodedPartition, from: number): void {
  const batches = partition.batches ?? (partition.messages ?? []).map((message) => batchOf(message as DecodedMessage));
  const given = givenBatches(batches, partition.abortedTransactions ?? []);
  const records = recordsFrom(given, from);
  partition.messages = milestonesOf(batches, from).map((offset) => ({
    offset: String(offset),
    isControlRecord: records.length === 0,
    records,
  }));
  // kafkajs's own filter has nothing left to do.
  partition.abortedTransactions = [];
}

/**
 * A batch is fetched as a whole: what lies below the offset that was asked for was read before.
 *
 * One by one: there can be too many batches for the arguments of one call, and `flatMap` takes 15 times as long.
 */
function recordsFrom(batches: readonly FetchedBatch[], from: number): readonly LogRecord[] {
  const wanted: LogRecord[] = [];
  for (const { records } of batches) for (const record of records) if (record.offset >= from) wanted.push(record);
  return wanted;
}

/** Where what was fetched begins and ends. */
function milestonesOf(batches: readonly FetchedBatch[], from: number): number[] {
  const first = batches.find(({ lastOffset }) => lastOffset >= from);
  const last = batches.at(-1)?.lastOffset;
  if (last === undefined) return [];
  if (first === undefined) return [last];
  const start = Math.max(from, first.firstOffset);
  return start === last ? [last] : [start, last];
}
