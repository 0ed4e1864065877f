import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { topicOffsets, withAdmin } from '#scripts/kafka/admin.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';

export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  /** When the broker has stored it: the topic is set to `LogAppendTime`. */
  readonly storedAtMs: number;
}

const READ_TIMEOUT_MS = 60_000;

/**
 * Everything that the topic holds, in the order of the log, read by a client of its own.
 *
 * @throws Error when an offset is missing: nothing here deletes, so what is read would not be the whole log
 */
export async function readStored(brokers: readonly string[], topic: string): Promise<StoredRecord[]> {
  const offsets = await withAdmin(brokers, (admin) => topicOffsets(admin, topic));
  const total = offsets.reduce((sum, { high }) => sum + high, 0);
  const kafka = new Kafka({ clientId: 'feedline-witness', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `witness-${randomUUID()}` });
  const records: StoredRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message: { offset, key, value, timestamp } }) => {
        records.push({
          partition,
          offset: Number(offset),
          key: String(key),
          value: String(value),
          storedAtMs: Number(timestamp),
        });
      },
    });
    const isRead = async () => (records.length >= total ? true : undefined);
    await waitUntil(`The whole of topic ${topic}`, isRead, { timeoutMs: READ_TIMEOUT_MS });
  } finally {
    await consumer.disconnect();
  }
  records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  checkWhole(records, offsets);
  return records;
}

function checkWhole(records: readonly StoredRecord[], offsets: readonly { partition: number; high: number }[]): void {
  for (const { partition, high } of offsets) {
    const own = records.filter((record) => record.partition === partition);
    const isWhole = own.length === high && own.every(({ offset }, index) => offset === index);
    if (!isWhole) throw new Error(`Partition ${partition} holds ${high} records, and ${own.length} were read.`);
  }
}
