import { Kafka, logLevel, Partitioners } from 'kafkajs';

/** One event on its way to a server. */
export interface OutEvent {
  readonly id: string;
  readonly value: string;
}

/** The way in: events of one ID arrive in the order in which they were given. */
export interface Publisher {
  /** Done when they are accepted. Need not be awaited before the next ones are given. */
  publish(events: readonly OutEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** A request for each call, over one connection: the broker takes them in their order. */
export async function kafkaPublisher(brokers: readonly string[], topic: string): Promise<Publisher> {
  const kafka = new Kafka({ clientId: 'feedline-bench', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  });
  await producer.connect();
  return {
    publish: async (events) => {
      const messages = events.map(({ id, value }) => ({ key: id, value }));
      await producer.send({ topic, acks: 1, messages });
    },
    close: () => producer.disconnect(),
  };
}
