import type { AbortedTransaction } from './aborted-records.ts';
import { DecompressedBytes, decodeBatches, type FetchedBatch } from './kafka-record-batch.ts';

/** Kafka 2.3 and later; what older brokers answer is decoded by kafkajs. */
export const FETCH_VERSION = 11;

/** What kafkajs has of one partition, with our batches in place of its messages. */
interface PartitionAnswer {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly AbortedTransaction[];
  readonly preferredReadReplica: number;
  readonly batches: readonly FetchedBatch[];
}

/** kafkajs's own shape. */
export interface FetchAnswer {
  /** What the broker has waited already. */
  readonly throttleTime: 0;
  /** For how long it wants no requests, ms (KIP-219). */
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly PartitionAnswer[] }[];
}

/**
 * Decodes a Fetch response v11, from behind the correlation ID.
 *
 * @returns null where it holds records of an older format
 */
export async function decodeFetch(raw: Buffer): Promise<FetchAnswer | null> {
  const read = new FixedReader(raw);
  const head = { clientSideThrottleTime: read.int32(), errorCode: read.int16(), sessionId: read.int32() };
  const topics = read.array(() => ({
    topicName: read.string(),
    partitions: read.array(() => ({ ...readPartition(read), bytes: read.bytes() })),
  }));
  const decompressed = new DecompressedBytes();
  const responses: FetchAnswer['responses'][number][] = [];
  for (const { topicName, partitions } of topics) {
    const decoded: PartitionAnswer[] = [];
    for (const { bytes, ...partition } of partitions) {
      const batches = await decodeBatches(bytes, decompressed).catch((error: unknown) => {
        throw new RangeError(`Partition ${partition.partition} of "${topicName}": ${messageOf(error)}`, {
          cause: error,
        });
      });
      if (batches === null) return null;
      decoded.push({ ...partition, batches });
    }
    responses.push({ topicName, partitions: decoded });
  }
  return { throttleTime: 0, ...head, responses };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readPartition(read: FixedReader): Omit<PartitionAnswer, 'batches'> {
  return {
    partition: read.int32(),
    errorCode: read.int16(),
    highWatermark: read.int64(),
    lastStableOffset: read.int64(),
    lastStartOffset: read.int64(),
    abortedTransactions: read.array(() => ({ producerId: read.int64(), firstOffset: read.int64() })),
    preferredReadReplica: read.int32(),
  };
}

/** Reads Kafka's fixed encodings; lengths are signed, and below 0 for what is not there. */
class FixedReader {
  readonly #raw: Buffer;
  #at = 0;

  constructor(raw: Buffer) {
    this.#raw = raw;
  }

  int16(): number {
    return this.#take(2).readInt16BE();
  }

  int32(): number {
    return this.#take(4).readInt32BE();
  }

  int64(): string {
    return this.#take(8).readBigInt64BE().toString();
  }

  string(): string {
    return this.#take(this.int16()).toString('utf8');
  }

  /** A slice, not a copy. */
  bytes(): Buffer {
    return this.#take(this.int32());
  }

  array<T>(readItem: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, readItem);
  }

  #take(length: number): Buffer {
    const start = this.#at;
    this.#at += Math.max(0, length);
    if (this.#at > this.#raw.length) throw new RangeError('The fetch response is shorter than it says.');
    return this.#raw.subarray(start, this.#at);
  }
}
