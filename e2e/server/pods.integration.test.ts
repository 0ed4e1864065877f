import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Envelope, FeedList, HelloData } from '#lib/protocol/events.ts';
import { type Balancer, startBalancer } from '#scripts/balancer/balancer.ts';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import { StreamClient } from './stream-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const PODS = ['pod-1', 'pod-2'] as const;
type PodName = (typeof PODS)[number];

const WAIT = { timeout: 30_000, interval: 20 };

/** The pod that this connection is at, by its own word. */
function podOf(client: StreamClient): string {
  return (JSON.parse(client.named('hello')[0]?.data ?? '{}') as HelloData).pod;
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

describeWithBroker('two pods behind a load balancer', () => {
  const topic = `it-${randomUUID()}`;
  let servers: Record<PodName, TestServer>;
  let producer: Producer;
  let balancer: Balancer;
  /** Those that the balancer knows. */
  let known: readonly PodName[] = PODS;
  const clients: StreamClient[] = [];

  beforeAll(async () => {
    await ensureTopic(testBrokers(), { topic });
    const kafka = new Kafka({ brokers: testBrokers(), logLevel: logLevel.NOTHING });
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
    await producer.connect();
    const common = { KAFKA_BROKERS: testBrokers().join(','), KAFKA_TOPICS: topic, PING_MS: '500' };
    const [first, second] = await Promise.all([
      TestServer.start({ env: { ...common, POD: 'pod-1' } }),
      TestServer.start({ env: { ...common, POD: 'pod-2' } }),
    ]);
    servers = { 'pod-1': first, 'pod-2': second };
    balancer = await startBalancer({ pods: () => known.map((name) => servers[name].baseUrl) });
  });

  afterEach(() => {
    known = PODS;
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(async () => {
    await balancer.stop();
    await Promise.all(PODS.map((name) => servers[name].stop()));
    await producer.disconnect();
    await withAdmin(testBrokers(), (admin) => admin.deleteTopics({ topics: [topic] }));
  });

  const send = (id: string, values: readonly string[]) =>
    producer.send({ topic, messages: values.map((value) => ({ key: id, value })) });

  function connect(path: string, cursor?: string, base = balancer.url): Promise<StreamClient> {
    const client = new StreamClient(`${base}${path}`, cursor === undefined ? {} : { 'last-event-id': cursor });
    clients.push(client);
    return client.untilOpen();
  }

  it('an event sent while the browser drops is delivered on reconnect', async () => {
    const id = newFeedId();
    const path = `/getData/${id}`;
    const browser = await connect(path);
    await send(id, ['1']);
    await browser.until(() => expect(browser.values).toEqual(['1']));
    // Its connection still stands while the event is sent, but it will never read it.
    browser.stall();
    const { baseUrl } = servers[podOf(browser) as PodName];
    const witness = await connect(path, undefined, baseUrl);
    await send(id, ['2']);
    await witness.until(() => expect(witness.values).toEqual(['2']));
    browser.close();
    expect(browser.values).toEqual(['1']);
    await send(id, ['3']);
    const again = await connect(path, browser.cursor);
    await again.until(() => expect(again.values).toEqual(['2', '3']));
    await send(id, ['4']);
    await again.until(() => expect(again.values).toEqual(['2', '3', '4']));
    expect(again.named('gap')).toEqual([]);
  });

  it('a record consumed by a pod without the connection reaches the browser on the other pod', async () => {
    known = ['pod-1'];
    // Enough IDs for every partition: were the partitions shared out among the pods, some would be the other pod's.
    const ids = Array.from({ length: 24 }, newFeedId);
    const browsers = await Promise.all(ids.map((id) => connect(`/getData/${id}?format=envelope`)));
    expect(new Set(browsers.map(podOf))).toEqual(new Set(['pod-1']));
    await servers['pod-2'].untilMetric('feedline_streams', 0);
    for (const id of ids) await send(id, [`of ${id}`]);
    for (const [index, id] of ids.entries()) {
      const browser = browsers[index] as StreamClient;
      await browser.until(() => expect(browser.values).toHaveLength(1));
      const { value, pod } = JSON.parse(browser.values[0] ?? '') as Envelope;
      expect({ value, pod }).toEqual({ value: `of ${id}`, pod: 'pod-1' });
    }
    const seen = async (): Promise<string[]> => {
      const list = (await (await servers['pod-2'].fetch('/api/feeds')).json()) as FeedList;
      return list.feeds.map(({ id }) => id);
    };
    await vi.waitFor(async () => expect(await seen()).toEqual(expect.arrayContaining(ids)), WAIT);
    const partitions = browsers.map((browser) => (JSON.parse(browser.values[0] ?? '') as Envelope).partition);
    expect(new Set(partitions).size).toBeGreaterThan(1);
  });

  it('a reconnect that lands on another pod continues without loss', async () => {
    const id = newFeedId();
    const received: string[] = [];
    const visited: string[] = [];
    const rounds = 8;
    const perRound = 20;
    let cursor: string | undefined;
    for (let round = 0; round < rounds; round += 1) {
      const client = await connect(`/getData/${id}`, cursor);
      visited.push(podOf(client));
      const first = round * perRound + 1;
      // Half of them one by one, so that it is cut somewhere among them; the rest while it is away.
      const sending = (async () => {
        for (const value of numbers(first, first + perRound / 2 - 1)) await send(id, [value]);
      })();
      await client.until(() => expect(received.length + client.values.length).toBeGreaterThan(first));
      client.close();
      received.push(...client.values);
      cursor = client.cursor;
      expect(client.named('gap')).toEqual([]);
      await sending;
      await send(id, numbers(first + perRound / 2, first + perRound - 1));
    }
    const last = await connect(`/getData/${id}`, cursor);
    visited.push(podOf(last));
    await last.until(() => expect(last.values.at(-1)).toBe(String(rounds * perRound)));
    expect([...received, ...last.values]).toEqual(numbers(1, rounds * perRound));
    expect(last.named('gap')).toEqual([]);
    for (const [index, pod] of visited.entries()) expect(pod).not.toBe(visited[index - 1]);
  });
});
