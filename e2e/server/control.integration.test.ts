/** Two pods over one real broker, and what they tell and are told over the demo's control topic. */
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CONTROL_TOPIC,
  FAULTS_FEED,
  type FaultOrder,
  type FaultOutcome,
  ORDER_FRESH_MS,
  PODS_FEED,
  type PodFault,
  type PodStatus,
} from '#lib/protocol/control.ts';
import { parseFaultOutcome, parsePodStatus } from '#lib/protocol/control-parse.ts';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { ensureControlTopic } from '#scripts/kafka/control-topic.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import type { StreamClient } from './stream-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const PODS_PATH = `/api/feeds/stream?id=${PODS_FEED}&topic=${CONTROL_TOPIC}`;
const WAIT = { timeout: 30_000, interval: 20 };

function toldOver(client: StreamClient): unknown[] {
  return client.values.map((value) => JSON.parse(value));
}

function statusesOf(client: StreamClient, pod: string): PodStatus[] {
  return toldOver(client)
    .map(parsePodStatus)
    .filter((status): status is PodStatus => status?.pod === pod);
}

function outcomesOf(client: StreamClient, id: string): FaultOutcome[] {
  return toldOver(client)
    .map(parseFaultOutcome)
    .filter((outcome): outcome is FaultOutcome => outcome?.id === id);
}

async function order(server: TestServer, fault: unknown, headers: Record<string, string> = {}) {
  const response = await server.fetch('/api/demo/faults', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(fault),
  });
  const body = (await response.json()) as { id?: string; code?: string; detail?: string };
  return { status: response.status, ...body };
}

describeWithBroker('two pods and their control topic', () => {
  const topic = `it-${randomUUID()}`;
  const names = { one: `one-${randomUUID().slice(0, 8)}`, two: `two-${randomUUID().slice(0, 8)}` };
  let env: Record<string, string>;
  let one: TestServer;
  let two: TestServer;
  let producer: Producer;

  beforeAll(async () => {
    await ensureTopic(testBrokers(), { topic });
    await ensureControlTopic(testBrokers());
    const kafka = new Kafka({ brokers: testBrokers(), logLevel: logLevel.NOTHING });
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
    await producer.connect();
    env = { KAFKA_BROKERS: testBrokers().join(','), KAFKA_TOPICS: topic, DEMO: '1', PING_MS: '500' };
    [one, two] = await Promise.all([
      TestServer.start({ env: { ...env, POD: names.one } }),
      TestServer.start({ env: { ...env, POD: names.two, DEMO_ABILITIES: 'kill-pod' } }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await producer.disconnect();
    await withAdmin(testBrokers(), (admin) => admin.deleteTopics({ topics: [topic] }));
  });

  const send = (id: string, seq: number) =>
    producer.send({ topic, messages: [{ key: id, value: JSON.stringify({ id, seq }) }] });

  /** A stream of all pods at `server`, once both have been heard there. */
  async function listen(server: TestServer): Promise<StreamClient> {
    const client = await server.stream(PODS_PATH).untilOpen();
    await client.until(() => {
      expect(statusesOf(client, names.one)).not.toEqual([]);
      expect(statusesOf(client, names.two)).not.toEqual([]);
    });
    return client;
  }

  it('each tells its status every second, and one stream at either has both', async () => {
    const client = await listen(one);
    await client.until(() => expect(statusesOf(client, names.two).length).toBeGreaterThan(2));
    const [first, second] = statusesOf(client, names.two);
    expect(first).toMatchObject({ ready: true, live: true, status: 'ready', draining: false, abilities: ['kill-pod'] });
    expect(first?.recordLog).toMatchObject({ kind: 'kafka', connected: true, lagRecords: 0 });
    expect(second?.uptimeMs).toBeGreaterThan(first?.uptimeMs ?? Number.POSITIVE_INFINITY);
    const status = parsePodStatus(await (await two.fetch('/api/status')).json());
    expect(status?.pod).toBe(names.two);
    expect(statusesOf(client, names.one).at(-1)?.transports.streams).toBeGreaterThan(0);
    client.close();
  });

  it('a consumer that is stopped over the other pod makes its streams wait, and then gives them all, in order', async () => {
    const client = await listen(one);
    const id = newFeedId();
    const readers = await Promise.all([one, two].map((server) => server.stream(`/getData/${id}`).untilOpen()));
    const [ofOne, ofTwo] = readers as [StreamClient, StreamClient];
    await send(id, 1);
    for (const reader of readers) await reader.until(() => expect(reader.values).toHaveLength(1));
    const { status, id: orderId = '' } = await order(one, { kind: 'stop-consumer', pod: names.two, forMs: 3_000 });
    expect(status).toBe(202);
    await client.until(() => expect(outcomesOf(client, orderId)).toMatchObject([{ state: 'begun', by: names.two }]));
    for (let seq = 2; seq <= 50; seq += 1) await send(id, seq);
    await ofOne.until(() => expect(ofOne.values).toHaveLength(50));
    // While it reads nothing it says so, and how far behind it is.
    await client.until(() => {
      const behind = statusesOf(client, names.two).find(({ recordLog }) => (recordLog.lagRecords ?? 0) >= 49);
      expect(behind).toMatchObject({ ready: true, status: 'degraded', recordLog: { connected: false } });
      expect(behind?.reason).toContain('stopped on purpose');
    });
    expect(ofTwo.values).toHaveLength(1);
    expect(outcomesOf(client, orderId)).toHaveLength(1);
    await ofTwo.until(() => expect(ofTwo.values).toHaveLength(50));
    expect(ofTwo.values).toEqual(ofOne.values);
    expect(ofTwo.named('hello')).toHaveLength(1);
    expect(ofTwo.named('gap')).toEqual([]);
    await client.until(() => expect(outcomesOf(client, orderId).map(({ state }) => state)).toEqual(['begun', 'done']));
    await client.until(() => {
      expect(statusesOf(client, names.two).at(-1)?.recordLog).toMatchObject({ connected: true, lagRecords: 0 });
    });
    for (const each of [client, ...readers]) each.close();
  });

  it('what cannot be done is refused on any pod, in words', async () => {
    const client = await listen(one);
    expect(await order(one, { kind: 'kill-pod', pod: 'nobody' })).toMatchObject({ status: 409, code: 'pod-unknown' });
    expect(await order(one, { kind: 'kill-pod', pod: names.one })).toMatchObject({
      status: 409,
      code: 'fault-impossible',
      detail: expect.stringContaining('started by npm run demo'),
    });
    expect(await order(two, { kind: 'kill-broker', forMs: 1_000 })).toMatchObject({
      status: 409,
      code: 'fault-impossible',
    });
    // What another pod can be made to do is known by its own word.
    expect((await order(one, { kind: 'kill-pod', pod: names.two })).status).toBe(202);
    for (const none of [{ kind: 'burn' }, { kind: 'stop-consumer', pod: names.one, forMs: 1e9 }, [], 1]) {
      expect(await order(one, none)).toMatchObject({ status: 400, code: 'body-invalid' });
    }
    const elsewhere = { origin: 'http://elsewhere.test' };
    expect(await order(one, { kind: 'kill-pod', pod: names.two }, elsewhere)).toMatchObject({
      status: 403,
      code: 'cross-site',
    });
    client.close();
  });

  it('one that is its own executioner dies when it is ordered to, and another tells when it is back', async () => {
    const name = `mortal-${randomUUID().slice(0, 8)}`;
    const mortalEnv = { ...env, POD: name, DEMO_ABILITIES: 'kill-pod', DEMO_KILLED_BY: 'self' };
    const client = await listen(one);
    const mortal = await TestServer.start({ env: mortalEnv });
    await client.until(() => expect(statusesOf(client, name)).not.toEqual([]));
    await vi.waitFor(async () => expect((await order(two, { kind: 'kill-pod', pod: name })).status).toBe(202), WAIT);
    expect(await mortal.part.exited).toMatchObject({ signal: 'SIGKILL' });
    const ofIts = () =>
      toldOver(client)
        .map(parseFaultOutcome)
        .filter((outcome) => outcome?.fault.kind === 'kill-pod');
    const again = await TestServer.start({ env: mortalEnv });
    await client.until(() => expect(ofIts().map((outcome) => outcome?.state)).toEqual(['begun', 'done']));
    expect(ofIts()[0]?.by).toBe(name);
    expect([names.one, names.two]).toContain(ofIts()[1]?.by);
    expect(again.part.isRunning()).toBe(true);
    await again.stop();
    client.close();
  });

  it('an order of before is obeyed by nobody: neither one that is old, nor one that a pod was not there for', async () => {
    const name = `late-${randomUUID().slice(0, 8)}`;
    const tell = (value: FaultOrder) =>
      producer.send({ topic: CONTROL_TOPIC, messages: [{ key: FAULTS_FEED, value: JSON.stringify(value) }] });
    const stop = (id: string, pod: string, ageMs: number): FaultOrder => {
      const fault: PodFault = { kind: 'stop-consumer', pod, forMs: 100 };
      return { id: `${name}-${id}`, atMs: Date.now() - ageMs, fault };
    };
    const client = await listen(one);
    await tell(stop('before-its-start', name, 0));
    const late = await TestServer.start({ env: { ...env, POD: name } });
    await client.until(() => expect(statusesOf(client, name)).not.toEqual([]));
    await tell(stop('old', name, ORDER_FRESH_MS));
    // Orders are heard one after the other: once this one is obeyed, the others were heard.
    await tell(stop('fresh', name, 0));
    await client.until(() => {
      expect(outcomesOf(client, `${name}-fresh`).map(({ state }) => state)).toEqual(['begun', 'done']);
    });
    expect(outcomesOf(client, `${name}-old`)).toEqual([]);
    expect(outcomesOf(client, `${name}-before-its-start`)).toEqual([]);
    await late.stop();
    // Its last word is that it shuts down.
    await client.until(() => expect(statusesOf(client, name).at(-1)).toMatchObject({ draining: true, ready: false }));
    client.close();
  });

  it('the control topic is nobody’s default, and its records are not counted as those of a feed', async () => {
    const { topics } = (await (await one.fetch('/readyz')).json()) as { topics: string[] };
    expect(topics).toEqual([topic, CONTROL_TOPIC]);
    const list = (await (await one.fetch('/api/feeds')).json()) as { topic: string; feeds: { id: string }[] };
    expect(list.topic).toBe(topic);
    expect(list.feeds.map(({ id }) => id)).not.toContain(PODS_FEED);
  });
});

describe('outside the demo', () => {
  let server: TestServer;

  afterEach(() => server.stop());

  it('the pod that answers tells its status, there is no control topic, and no fault is ordered', async () => {
    server = await TestServer.start({ env: { RECORD_LOG: 'memory' } });
    const status = parsePodStatus(await (await server.fetch('/api/status')).json());
    expect(status).toMatchObject({ ready: true, recordLog: { kind: 'memory', connected: true, lagRecords: 0 } });
    expect((await server.fetch(PODS_PATH)).status).toBe(404);
    expect(await order(server, { kind: 'kill-broker', forMs: 1_000 })).toMatchObject({
      status: 404,
      code: 'not-found',
    });
  });
});

describe('one pod on the in-process log', () => {
  let server: TestServer;

  afterEach(() => server.stop());

  it('stops its consumer all the same, and cannot be killed', async () => {
    server = await TestServer.start({ env: { RECORD_LOG: 'memory', DEMO: '1', POD: 'alone' } });
    const client = await server.stream(PODS_PATH).untilOpen();
    const id = newFeedId();
    const reader = await server.stream(`/getData/${id}`).untilOpen();
    expect(await order(server, { kind: 'kill-pod', pod: 'alone' })).toMatchObject({ status: 409 });
    expect((await order(server, { kind: 'stop-consumer', pod: 'alone', forMs: 2_000 })).status).toBe(202);
    await vi.waitFor(async () => {
      expect(parsePodStatus(await (await server.fetch('/api/status')).json())?.status).toBe('degraded');
    }, WAIT);
    await server.publish(id, 1);
    expect(reader.values).toEqual([]);
    await reader.until(() => expect(reader.values).toEqual(['1']));
    await client.until(() => expect(toldOver(client).map(parseFaultOutcome)).toContainEqual(expect.anything()));
  });
});
