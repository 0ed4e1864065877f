import { randomUUID } from 'node:crypto';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { topicOffsets, withAdmin } from '#scripts/kafka/admin.ts';

/** Records of each partition that are read first, from its end; each further step back reads four times as many. */
const FIRST_WINDOW_RECORDS = 1000;
/** Further back than this in one partition nothing is searched: an ID not seen until then starts at 1. */
const DEPTH_RECORDS_MAX = 1_000_000;
const SCAN_TIMEOUT_MS = 120_000;

/** A part of one partition: from `low` up to, but not with, `high`. */
export interface Window {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The last `seq` of each ID that the topic holds, so that a producer that starts again goes on counting. IDs without a
 * record are not in the answer. Goes back from the end only as far as the missing IDs make it.
 */
export async function readLastSeqs(
  brokers: readonly string[],
  topic: string,
  ids: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const lastSeqs = new Map<string, number>();
  const ends = await withAdmin(brokers, (admin) => topicOffsets(admin, topic));
  for (let depth = 0, size = FIRST_WINDOW_RECORDS; depth < DEPTH_RECORDS_MAX; depth += size, size *= 4) {
    const windows = windowsAt(ends, depth, size);
    if (windows.length === 0 || [...ids].every((id) => lastSeqs.has(id))) break;
    const onValue = (value: Buffer | null) => noteSeq(lastSeqs, ids, value);
    await scan(brokers, topic, windows, onValue);
  }
  return lastSeqs;
}

/** The records of each partition that lie between `depth` and `depth + size` before its end. */
export function windowsAt(ends: readonly Window[], depth: number, size: number): Window[] {
  return ends
    .map(({ partition, low, high }) => ({ partition, low: Math.max(low, high - depth - size), high: high - depth }))
    .filter(({ low, high }) => low < high);
}

function noteSeq(lastSeqs: Map<string, number>, ids: ReadonlySet<string>, value: Buffer | null): void {
  const change = parseChange(value);
  if (change === undefined || !ids.has(change.id)) return;
  lastSeqs.set(change.id, Math.max(change.seq, lastSeqs.get(change.id) ?? 0));
}

/** The topic may hold anything; what is not one of the producer's own values is passed over. */
export function parseChange(value: Buffer | null): { readonly id: string; readonly seq: number } | undefined {
  try {
    const change: unknown = JSON.parse(value?.toString() ?? '');
    if (typeof change !== 'object' || change === null || !('id' in change) || !('seq' in change)) return undefined;
    const { id, seq } = change;
    return typeof id === 'string' && typeof seq === 'number' && Number.isSafeInteger(seq) ? { id, seq } : undefined;
  } catch {
    // Not JSON, so not one of ours.
    return undefined;
  }
}

async function scan(
  brokers: readonly string[],
  topic: string,
  windows: readonly Window[],
  onValue: (value: Buffer | null) => void,
): Promise<void> {
  const kafka = new Kafka({ clientId: 'feedline-produce', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const groupId = `feedline-produce-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 100 });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await readWindows(consumer, topic, windows, onValue);
  } finally {
    await consumer.disconnect();
    // Best effort: an empty group without offsets expires by itself, and deleting may not be allowed.
    await withAdmin(brokers, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  }
}

function readWindows(
  consumer: Consumer,
  topic: string,
  windows: readonly Window[],
  onValue: (value: Buffer | null) => void,
): Promise<void> {
  const open = new Map(windows.map((window) => [window.partition, window.high]));
  return new Promise((resolve, reject) => {
    const giveUp = () =>
      reject(new Error(`The end of topic ${topic} could not be read in ${SCAN_TIMEOUT_MS / 1000} s.`));
    const timer = setTimeout(giveUp, SCAN_TIMEOUT_MS);
    const finish = () => {
      clearTimeout(timer);
      resolve();
    };
    // kafkajs forgets positions at each join, so they are set there.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const { partition, low } of windows) consumer.seek({ topic, partition, offset: String(low) });
    });
    // A crash that kafkajs restarts from (a coordinator that is still loading) is only a delay.
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
    // Batches without a record for us (transaction markers) end here too, and only here.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      const high = open.get(payload.partition);
      if (high !== undefined && Number(payload.lastOffset) >= high - 1) open.delete(payload.partition);
      if (open.size === 0) finish();
    });
    const eachBatch = async ({ batch }: { batch: { messages: readonly { value: Buffer | null }[] } }) => {
      for (const { value } of batch.messages) onValue(value);
    };
    consumer.run({ autoCommit: false, eachBatch }).catch(reject);
  });
}
