import { Kafka, logLevel, Partitioners } from 'kafkajs';

const BATCH_RECORDS = 2_000;

/** Writes records to a topic in their order, many at once: what the demo's door for one event would take minutes for. */
export async function sendValues(
  brokers: readonly string[],
  topic: string,
  records: readonly { readonly key: string; readonly value: string | Buffer | null }[],
): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
  await producer.connect();
  for (let start = 0; start < records.length; start += BATCH_RECORDS) {
    await producer.send({ topic, messages: records.slice(start, start + BATCH_RECORDS) });
  }
  await producer.disconnect();
}
