import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { topicOffsets, withAdmin } from '#scripts/kafka/admin.ts';

/** The values of all records with this key, in the order of the log, read from the broker itself. */
export async function recordsOf(brokers: readonly string[], topic: string, key: string): Promise<readonly string[]> {
  const ends = new Map<number, number>();
  await withAdmin(brokers, async (admin) => {
    for (const { partition, low, high } of await topicOffsets(admin, topic)) if (high > low) ends.set(partition, high);
  });
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `witness-${randomUUID()}` });
  const values: string[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve) => {
      if (ends.size === 0) resolve();
      void consumer.run({
        eachMessage: async ({ partition, message }) => {
          if (message.key?.toString() === key) values.push(message.value?.toString() ?? '');
          if (Number(message.offset) + 1 >= (ends.get(partition) ?? 0)) ends.delete(partition);
          if (ends.size === 0) resolve();
        },
      });
    });
  } finally {
    await consumer.disconnect();
  }
  return values;
}
