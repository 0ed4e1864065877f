import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { type LocalKafka, startLocalKafka } from '#scripts/local-kafka.ts';
import { freePort } from '#scripts/process/ports.ts';
import { describeWithLocalKafka } from '#scripts/testing/test-broker.ts';
import { newFeedId, TestServer } from './test-server.ts';

const SESSION_TIMEOUT_MS = 6_000;

function newTopic(): string {
  return `it-${randomUUID()}`;
}

async function connectProducer(brokers: readonly string[]): Promise<Producer> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
  await producer.connect();
  return producer;
}

function envFor(brokers: readonly string[], topic: string): Record<string, string> {
  return {
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPICS: topic,
    KAFKA_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
    PING_MS: '500',
  };
}

describeWithLocalKafka('the server in front of a real broker', () => {
  let kafka: LocalKafka;
  let producer: Producer;

  beforeAll(async () => {
    kafka = await startLocalKafka();
    producer = await connectProducer(kafka.brokers);
  });

  afterAll(async () => {
    await producer.disconnect();
    await kafka.stop();
  });

  const groupsOf = (prefix: string): Promise<string[]> =>
    withAdmin(kafka.brokers, async (admin) => {
      const { groups } = await admin.listGroups();
      return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(prefix));
    });

  it('a consumer stopped past its session timeout and continued skips no record', async () => {
    const topic = newTopic();
    await ensureTopic(kafka.brokers, { topic });
    const server = await TestServer.start({ env: envFor(kafka.brokers, topic) });
    const id = newFeedId();
    const client = await server.stream(`/getData/${id}`).untilOpen();
    const send = (value: string) => producer.send({ topic, messages: [{ key: id, value }] });
    await send('before');
    await client.until(() => expect(client.values).toEqual(['before']));
    const [groupId = ''] = await groupsOf('feedline-');
    process.kill(server.part.pid, 'SIGSTOP');
    const sent = ['before'];
    // Until the broker itself has given the member up: what it was assigned before means nothing then.
    await vi.waitFor(
      async () => {
        const value = `away ${sent.length}`;
        await send(value);
        sent.push(value);
        const members = await withAdmin(
          kafka.brokers,
          async (admin) => (await admin.describeGroups([groupId])).groups[0]?.members,
        );
        expect(members).toEqual([]);
      },
      { timeout: 40_000, interval: 100 },
    );
    process.kill(server.part.pid, 'SIGCONT');
    await send('after');
    sent.push('after');
    await client.until(() => expect(client.values).toEqual(sent));
    expect(client.named('gap')).toEqual([]);
    await server.stop();
  });

  it('a topic that gets partitions while it is watched loses nothing of any feed', async () => {
    const topic = newTopic();
    await ensureTopic(kafka.brokers, { topic, partitions: 1 });
    const server = await TestServer.start({
      env: { ...envFor(kafka.brokers, topic), KAFKA_METADATA_MAX_AGE_MS: '300' },
    });
    const ids = Array.from({ length: 8 }, newFeedId);
    const clients = await Promise.all(ids.map((id) => server.stream(`/getData/${id}`).untilOpen()));
    let rounds = 0;
    const round = async (): Promise<void> => {
      rounds += 1;
      for (const id of ids) await producer.send({ topic, messages: [{ key: id, value: String(rounds) }] });
    };
    for (let index = 0; index < 20; index += 1) await round();
    await withAdmin(kafka.brokers, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] }));
    const grown = await connectProducer(kafka.brokers);
    for (let index = 0; index < 20; index += 1) {
      rounds += 1;
      for (const id of ids) await grown.send({ topic, messages: [{ key: id, value: String(rounds) }] });
    }
    await grown.disconnect();
    for (const client of clients) {
      await client.until(() => expect(client.values.length).toBeGreaterThanOrEqual(rounds));
      const numbers = client.values.map(Number).sort((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: rounds }, (_, index) => index + 1));
    }
    await server.stop();
  });

  it('a cursor from before a restart goes on where it was: what was missed is read back from Kafka', async () => {
    const topic = newTopic();
    await ensureTopic(kafka.brokers, { topic });
    const id = newFeedId();
    const first = await TestServer.start({ env: envFor(kafka.brokers, topic) });
    const before = await first.stream(`/getData/${id}`).untilOpen();
    await producer.send({ topic, messages: [{ key: id, value: 'seen' }] });
    await before.until(() => expect(before.values).toEqual(['seen']));
    const { cursor } = before;
    await first.stop();
    await producer.send({ topic, messages: [{ key: id, value: 'missed' }] });
    const second = await TestServer.start({ env: envFor(kafka.brokers, topic) });
    const after = await second.stream(`/getData/${id}`, { 'last-event-id': cursor }).untilOpen();
    await producer.send({ topic, messages: [{ key: id, value: 'new' }] });
    await after.until(() => expect(after.values).toEqual(['missed', 'new']));
    expect(after.named('gap')).toEqual([]);
    await second.stop();
  });

  it('leaves no consumer group behind when it is stopped', async () => {
    const topic = newTopic();
    await ensureTopic(kafka.brokers, { topic });
    const server = await TestServer.start({ env: { ...envFor(kafka.brokers, topic), KAFKA_GROUP_PREFIX: 'tidy' } });
    expect(await groupsOf('tidy-')).toHaveLength(1);
    expect((await server.part.stop()).code).toBe(0);
    expect(await groupsOf('tidy-')).toEqual([]);
  });
});

describeWithLocalKafka('the server whose broker is not there yet', () => {
  it('runs, says why it is not ready, holds streams open, and heals by itself', async () => {
    const port = await freePort();
    const topic = newTopic();
    const server = await TestServer.start({ env: envFor([`127.0.0.1:${port}`], topic), isReadyAwaited: false });
    const readiness = async (): Promise<{ status: number; reason: string }> => {
      const response = await server.fetch('/readyz');
      const { reason } = (await response.json()) as { reason: string };
      return { status: response.status, reason };
    };
    await vi.waitFor(async () => expect((await readiness()).reason).toContain('ECONNREFUSED'), { timeout: 30_000 });
    expect((await readiness()).status).toBe(503);
    const id = newFeedId();
    const client = server.stream(`/getData/${id}`);
    await client.until(() => expect(client.named('ping').length).toBeGreaterThan(0));
    expect(client.named('hello')).toEqual([]);
    const kafka = await startLocalKafka({ port });
    await vi.waitFor(async () => expect((await readiness()).reason).toContain(`"${topic}", which does not exist`), {
      timeout: 30_000,
    });
    expect((await readiness()).status).toBe(503);
    await ensureTopic(kafka.brokers, { topic });
    await client.untilOpen();
    const producer = await connectProducer(kafka.brokers);
    await producer.send({ topic, messages: [{ key: id, value: 'healed' }] });
    await producer.disconnect();
    await client.until(() => expect(client.values).toEqual(['healed']));
    expect((await readiness()).status).toBe(200);
    await server.stop();
    await kafka.stop();
  });
});
