import { Agent, request } from 'node:http';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Peer } from '../peer.ts';

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

/** Where a peer fed by HTTP takes the events of an ID. */
export interface HttpTarget {
  readonly urls: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Peer['publishBody'];
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

const LANES = 16;

/** A POST for each event, over connections that are kept; the events of one ID over one, one after another. */
export function httpPublisher(target: HttpTarget): Publisher {
  const agents = Array.from({ length: LANES }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const tails: Promise<void>[] = agents.map(() => Promise.resolve());
  const laneOf = new Map<string, number>();
  const publishOne = ({ id, value }: OutEvent): Promise<void> => {
    const lane = laneOf.get(id) ?? laneOf.size % LANES;
    laneOf.set(id, lane);
    const sent = (tails[lane] as Promise<void>).then(() => post(agents[lane] as Agent, target, id, value));
    tails[lane] = sent;
    return sent;
  };
  return {
    publish: async (events) => {
      await Promise.all(events.map(publishOne));
    },
    close: async () => {
      for (const agent of agents) agent.destroy();
    },
  };
}

function post(agent: Agent, { urls, headers, body }: HttpTarget, id: string, value: string): Promise<void> {
  const url = urls[id];
  if (url === undefined) throw new Error(`Nobody has said where events of ${id} are published.`);
  const content = body?.(id, value) ?? value;
  const length = { 'content-length': String(Buffer.byteLength(content)) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (response) => {
      const { statusCode = 0 } = response;
      response.resume().on('end', () => {
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new Error(`${url}: publishing was answered ${statusCode}`));
      });
    });
    outgoing.on('error', reject).end(content);
  });
}
