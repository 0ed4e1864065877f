import { setTimeout as delay } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import { patientProducer } from '#scripts/kafka/patient-producer.ts';
import { readLastSeqs } from '#scripts/producer/last-seqs.ts';
import type { OrderChange } from '#scripts/producer/order-life.ts';
import type { RecordSink } from '#scripts/producer/record-sink.ts';

const RECOVER_MS = 1000;
const PATIENCE = {
  clientId: 'feedline-produce',
  retryMs: { first: 100, most: 500 },
  connectionTimeoutMs: 3000,
  requestTimeoutMs: 10_000,
};

/**
 * Sends records to Kafka, each exactly once and in order. An outage is waited out inside kafkajs: the producer is
 * idempotent, so a request that is repeated is stored once. What kafkajs gives up on (its producer ID is unknown, a
 * batch counted as a repetition) is settled by the topic itself: what is already in it is not sent again.
 */
export function kafkaSink(brokers: readonly string[], topic: string, log: (line: string) => void): RecordSink {
  let producer: Producer | undefined;

  const sendOnce = async (changes: readonly OrderChange[]) => {
    if (producer === undefined) {
      producer = patientProducer({ brokers, ...PATIENCE });
      await producer.connect();
    }
    const messages = changes.map((change) => ({ key: change.id, value: JSON.stringify(change) }));
    await producer.send({ topic, acks: -1, messages });
  };

  const send = async (changes: readonly OrderChange[]) => {
    let left = changes;
    while (left.length > 0) {
      try {
        await sendOnce(left);
        return;
      } catch (error) {
        log(`Sending failed (${(error as Error).message}): asking the topic what it has`);
        await producer?.disconnect().catch(() => undefined);
        producer = undefined;
        left = await withoutStored(brokers, topic, left);
      }
    }
  };

  return { send, close: async () => producer?.disconnect() };
}

async function withoutStored(brokers: readonly string[], topic: string, changes: readonly OrderChange[]) {
  for (;;) {
    await delay(RECOVER_MS);
    try {
      const lastSeqs = await readLastSeqs(brokers, topic, new Set(changes.map(({ id }) => id)));
      return changes.filter(({ id, seq }) => seq > (lastSeqs.get(id) ?? 0));
    } catch {
      // The broker is away: the question is asked until it is answered. The caller's watch says so.
    }
  }
}
