import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { loopbackAddresses, type RunningAbuse, startAbuse } from '#scripts/testing/abusers.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import type { StreamClient } from './stream-client.ts';
import { TestServer } from './test-server.ts';

const FEEDS = 8;
const HONEST = 400;
const ABUSIVE = 400;
const EVENTS = 100;
const PER_CLIENT = 20;
const HOT = 'hot';
const HOT_BYTES = 32_768;
const RING_TOTAL_BYTES = 8_388_608;
/** See "Memory" in README.md. */
const BUDGET_BYTES = 250 * 1_048_576 + 1.25 * (HONEST + ABUSIVE) * 40_960 + RING_TOTAL_BYTES;

describeWithBroker('a pod of whose connections half are abusive', () => {
  const topic = `it-${randomUUID()}`;
  let server: TestServer;
  let producer: Producer;
  let abuse: RunningAbuse | undefined;

  beforeAll(async () => {
    await ensureTopic(testBrokers(), { topic });
    const kafka = new Kafka({ brokers: testBrokers(), logLevel: logLevel.NOTHING });
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
    await producer.connect();
    server = await TestServer.start({
      env: {
        KAFKA_BROKERS: testBrokers().join(','),
        KAFKA_TOPICS: topic,
        // The honest come through a proxy of ours, the abusive ones by themselves.
        TRUSTED_PROXIES: '127.0.0.1',
        CONNECTIONS_MAX: String(HONEST + ABUSIVE),
        CLIENT_CONNECTIONS_MAX: String(PER_CLIENT),
        CLIENT_REQUESTS_PER_S: '5',
        CLIENT_REQUESTS_BURST: String(PER_CLIENT),
        HEADERS_TIMEOUT_MS: '1000',
        RING_TOTAL_BYTES: String(RING_TOTAL_BYTES),
      },
    });
  }, 120_000);

  afterAll(async () => {
    abuse?.stop();
    await server?.stop();
    await producer.disconnect();
    await withAdmin(testBrokers(), (admin) => admin.deleteTopics({ topics: [topic] }));
  });

  it('gives the honest half every event, in order and over the connections that they have opened, within its memory', async () => {
    const streams = Array.from({ length: HONEST }, (_, index): StreamClient => {
      const client = `198.51.100.${1 + (index % (HONEST / PER_CLIENT))}`;
      return server.stream(`/getData/feed-${index % FEEDS}`, { 'x-forwarded-for': client });
    });
    for (const stream of streams) await stream.untilOpen();
    abuse = startAbuse({
      port: server.port,
      connections: ABUSIVE,
      addresses: loopbackAddresses(10, 2),
      path: `/getData/${HOT}`,
      againMs: 100,
    });
    const values = Array.from({ length: EVENTS }, (_, index) => String(index));
    for (const value of values) {
      const messages = Array.from({ length: FEEDS }, (_, index) => ({ key: `feed-${index}`, value }));
      await producer.send({ topic, messages: [...messages, { key: HOT, value: 'x'.repeat(HOT_BYTES) }] });
      // What the abusive do takes its time too.
      await delay(50);
    }
    for (const stream of streams) await stream.until(() => expect(stream.values).toHaveLength(EVENTS));
    for (const stream of streams) expect(stream.values).toEqual(values);
    await vi.waitFor(
      async () => {
        expect(await refused('requests_refused', 'client-rate')).toBeGreaterThan(0);
        expect(await refused('sockets_cut', 'slow-headers')).toBeGreaterThan(0);
        expect(await refused('sockets_cut', 'garbage')).toBeGreaterThan(0);
      },
      { timeout: 30_000, interval: 500 },
    );
    expect(await server.metric('process_resident_memory_bytes')).toBeLessThan(BUDGET_BYTES);
    abuse.stop();
    await server.untilMetric('feedline_connections', HONEST);
    for (const stream of streams) expect(stream.isOver).toBe(false);
  }, 120_000);

  async function refused(what: string, reason: string): Promise<number> {
    const body = await (await server.fetch('/metrics', { headers: { 'x-forwarded-for': '192.0.2.1' } })).text();
    const line = body.split('\n').find((each) => each.startsWith(`feedline_${what}_total{reason="${reason}"`));
    return Number(line?.split(' ').at(-1));
  }
});
