import { Kafka, logLevel, Partitioners } from 'kafkajs';

/** One event on its way to a server. */
export interface OutEvent {
  readonly id: string;
  readonly value: string;
}

/** A broker takes 1 MB at once. */
const BATCH_MAX = 2000;

/** The way in: events of one ID arrive in the order in which they were given. */
export interface Publisher {
  /** Done when they are accepted. Need not be awaited before the next ones are given. */
  publish(events: readonly OutEvent[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * One request at a time, with all that has come until then, as a producer does that may not reorder: kafkajs does not
 * promise the order of requests that are on their way together.
 */
export async function kafkaPublisher(brokers: readonly string[], topic: string): Promise<Publisher> {
  const kafka = new Kafka({ clientId: 'feedline-bench', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  });
  await producer.connect();
  const waiting: OutEvent[] = [];
  let sending = Promise.resolve();
  const sendWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const events = waiting.splice(0, BATCH_MAX);
      await producer.send({ topic, acks: 1, messages: events.map(({ id, value }) => ({ key: id, value })) });
    }
  };
  return {
    publish: (events) => {
      waiting.push(...events);
      sending = sending.then(sendWaiting);
      return sending;
    },
    close: () => producer.disconnect(),
  };
}
