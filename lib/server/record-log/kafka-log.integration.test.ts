import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { type LocalKafka, startLocalKafka } from '#scripts/local-kafka.ts';
import { freePort } from '#scripts/process/ports.ts';
import { SeverableProxy } from '#scripts/testing/severable-proxy.ts';
import { describeWithBroker, describeWithLocalKafka, testBrokers } from '#scripts/testing/test-broker.ts';
import { createLogger } from '../logger.ts';
import { KafkaLog, type KafkaLogOptions } from './kafka-log.ts';
import { describeRecordLog, RecordingHandler } from './record-log.contract.ts';

const logger = createLogger('silent', 'test');

function openLog(
  brokers: readonly string[],
  topics: readonly string[],
  {
    metadataMaxAgeMs = 500,
    ...more
  }: { metadataMaxAgeMs?: number } & Pick<KafkaLogOptions, 'watchdog' | 'optionalTopics' | 'recordIdIn'> = {},
): KafkaLog {
  const config = { brokers, groupPrefix: 'feedline-test', sessionTimeoutMs: 6_000, metadataMaxAgeMs };
  const history = { fetchBytes: 262_144, pageBytes: 65_536, scansMax: 4, beginRecordsMax: 100_000 };
  return new KafkaLog({ config, history, topics, pod: 'test', logger, ...more });
}

function newTopic(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

function client(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 60, maxRetryTime: 500 } });
}

function deleteTopic(brokers: readonly string[], topic: string): Promise<void> {
  return withAdmin(brokers, (admin: Admin) => admin.deleteTopics({ topics: [topic] }));
}

/** Sends values that are all different, one after the other, and notes each that was stored. */
function sender(producer: Producer, topic: string, keyOf: (value: string, index: number) => string) {
  const sent: string[] = [];
  const send = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const value = `v${sent.length}`;
      await producer.send({ topic, messages: [{ key: keyOf(value, index), value }] });
      sent.push(value);
    }
  };
  return { sent, send };
}

const untilLive = (log: KafkaLog) =>
  vi.waitFor(() => expect(log.status()).toMatchObject({ state: 'live' }), { timeout: 40_000, interval: 20 });
const untilValues = (handler: RecordingHandler, values: readonly string[]) =>
  vi.waitFor(() => expect(handler.values()).toEqual(values), { timeout: 40_000, interval: 20 });

describeWithBroker('Kafka', () => {
  describeRecordLog('Kafka', async (recordIdIn) => {
    const topic = newTopic();
    await ensureTopic(testBrokers(), { topic });
    const log = openLog(testBrokers(), [topic], recordIdIn && { recordIdIn });
    return { log, topic, close: () => deleteTopic(testBrokers(), topic) };
  });

  describe('a topic that changes while it is read', () => {
    let topic: string;
    let log: KafkaLog;
    let handler: RecordingHandler;
    let stop: () => Promise<void>;

    const begin = async (partitions: number): Promise<void> => {
      await ensureTopic(testBrokers(), { topic, partitions });
      await start();
    };
    const start = async (): Promise<void> => {
      log = openLog(testBrokers(), [topic]);
      handler = new RecordingHandler();
      stop = log.read(handler);
      await untilLive(log);
    };

    beforeEach(() => {
      topic = newTopic();
    });

    afterEach(async () => {
      await stop();
      await deleteTopic(testBrokers(), topic);
    });

    it('grows under load: no record of any partition is skipped or repeated', async () => {
      await begin(1);
      const producer = client(testBrokers()).producer({
        metadataMaxAge: 200,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      const { sent, send } = sender(producer, topic, (value) => value);
      await send(100);
      await withAdmin(testBrokers(), (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] }));
      // Until the producer itself uses the new partitions, so that some records lie there before the consumer looks.
      await vi.waitFor(
        async () => {
          await send(20);
          const value = `p${sent.length}`;
          const [placed] = await producer.send({ topic, messages: [{ key: value, value, partition: 3 }] });
          // kafkajs drops, without a word, what is meant for a partition that it does not know yet.
          if (placed !== undefined) sent.push(value);
          expect(placed?.partition).toBe(3);
        },
        { timeout: 20_000 },
      );
      await send(200);
      await producer.disconnect();
      await vi.waitFor(() => expect(handler.records().length).toBeGreaterThanOrEqual(sent.length), { timeout: 30_000 });
      expect(handler.values().sort()).toEqual([...sent].sort());
      expect(handler.snapshots.at(-1)?.origin.partitionCount).toBe(4);
      expect(handler.gaps).toEqual([]);
    });

    it('is created again: it gets another epoch and is read from its beginning', async () => {
      await begin(1);
      for (const value of ['a', 'b', 'c']) await log.publish(topic, { key: 'k', value: Buffer.from(value) });
      await untilValues(handler, ['a', 'b', 'c']);
      await deleteTopic(testBrokers(), topic);
      await ensureTopic(testBrokers(), { topic, partitions: 1 });
      const producer = client(testBrokers()).producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const again = Array.from({ length: 40 }, (_, index) => `again ${index}`);
      // More records than before, at once: the old position is a valid one in the new topic.
      for (const value of again) await producer.send({ topic, messages: [{ key: 'k', value }] });
      await producer.disconnect();
      // A fetch names no topic ID (before KIP-516): some may come under the old epoch, and then again under the new one.
      await vi.waitFor(() => expect(handler.valuesSinceTopic()).toEqual(again), { timeout: 30_000 });
      expect(handler.values().slice(0, 3)).toEqual(['a', 'b', 'c']);
      const epochs = new Set(handler.snapshots.map(({ origin }) => origin.epoch));
      expect(epochs.size).toBe(2);
    });

    it('is deleted: the other topics are read on without it, and it is read again when it is back', async () => {
      await begin(1);
      const other = newTopic();
      await ensureTopic(testBrokers(), { topic: other, partitions: 1 });
      await stop();
      log = openLog(testBrokers(), [other, topic]);
      handler = new RecordingHandler();
      stop = log.read(handler);
      await untilLive(log);
      await deleteTopic(testBrokers(), topic);
      await vi.waitFor(() => expect(log.status().reason).toContain(`waiting for the topic "${topic}"`), {
        timeout: 20_000,
      });
      await log.publish(other, { key: 'k', value: Buffer.from('on') });
      await untilValues(handler, ['on']);
      await ensureTopic(testBrokers(), { topic, partitions: 1 });
      await untilLive(log);
      await log.publish(topic, { key: 'k', value: Buffer.from('back') });
      await untilValues(handler, ['on', 'back']);
      await deleteTopic(testBrokers(), other);
    });

    it('does not exist at first: that is said, and it is read as soon as it does', async () => {
      log = openLog(testBrokers(), [topic]);
      handler = new RecordingHandler();
      stop = log.read(handler);
      await vi.waitFor(() => expect(log.status().reason).toContain(`waiting for the topic "${topic}"`), {
        timeout: 20_000,
      });
      expect(log.status().state).toBe('starting');
      await ensureTopic(testBrokers(), { topic, partitions: 2 });
      await untilLive(log);
      await log.publish(topic, { key: 'k', value: Buffer.from('first') });
      await untilValues(handler, ['first']);
    });

    it('is optional and does not exist: that is no trouble, and it is read as soon as it does', async () => {
      const optional = newTopic();
      await ensureTopic(testBrokers(), { topic });
      log = openLog(testBrokers(), [topic, optional], { optionalTopics: [optional] });
      handler = new RecordingHandler();
      stop = log.read(handler);
      await untilLive(log);
      await ensureTopic(testBrokers(), { topic: optional });
      const read = () => handler.snapshots.map(({ origin }) => origin.topic);
      await vi.waitFor(() => expect(read()).toEqual([topic, optional]), { timeout: 20_000, interval: 20 });
      await deleteTopic(testBrokers(), optional);
    });

    it('is paused for less time than its consumer needs to end: that is no loss of a consumer, and no back-off', async () => {
      await begin(1);
      const warned = vi.spyOn(logger, 'warn');
      const told = vi.spyOn(logger, 'info');
      log.pause()();
      const isRead = () => expect(told).toHaveBeenCalledWith(expect.anything(), 'reading from Kafka');
      await vi.waitFor(isRead, { timeout: 20_000, interval: 20 });
      expect(warned).not.toHaveBeenCalled();
      vi.restoreAllMocks();
    });

    it('holds transactions: aborted records are passed over, and the position moves past their markers', async () => {
      await begin(1);
      const producer = client(testBrokers()).producer({
        transactionalId: `tx-${topic}`,
        maxInFlightRequests: 1,
        idempotent: true,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      for (const [value, isKept] of [
        ['a', true],
        ['b', false],
        ['c', true],
        ['d', false],
      ] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic, messages: [{ key: 'k', value }] });
        await (isKept ? transaction.commit() : transaction.abort());
      }
      await producer.disconnect();
      await untilValues(handler, ['a', 'c']);
      // Four records and four markers.
      await vi.waitFor(() => expect(handler.batches.at(-1)?.nextPosition).toBe(8), { timeout: 20_000 });
      expect(handler.gaps).toEqual([]);
    });

    it('holds transactions that ran at the same time: only committed records are read, live and from the past', async () => {
      await begin(1);
      const open = async (name: string) => {
        const producer = client(testBrokers()).producer({
          transactionalId: `${name}-${topic}`,
          maxInFlightRequests: 1,
          idempotent: true,
          createPartitioner: Partitioners.DefaultPartitioner,
        });
        await producer.connect();
        const transaction = await producer.transaction();
        const send = (value: string) => transaction.send({ topic, messages: [{ key: 'k', value }] });
        return { send, transaction, close: () => producer.disconnect() };
      };
      const [one, two, three] = await Promise.all(['one', 'two', 'three'].map(open));
      if (one === undefined || two === undefined || three === undefined) throw new Error('Three were opened.');
      await one.send('one, aborted');
      await two.send('two, kept');
      await three.send('three, aborted');
      // The one that began last ends first: the broker names it first.
      await three.transaction.abort();
      await one.send('one, aborted too');
      await two.send('two, kept too');
      await one.transaction.abort();
      await two.transaction.commit();
      for (const { close } of [one, two, three]) await close();
      const kept = ['two, kept', 'two, kept too'];
      await untilValues(handler, kept);
      await vi.waitFor(() => expect(handler.batches.at(-1)?.nextPosition).toBe(8), { timeout: 20_000 });
      const epoch = handler.snapshots[0]?.origin.epoch ?? '';
      for (const [from, wanted] of [
        [0, kept],
        [2, kept.slice(1)],
      ] as const) {
        const asked = { topic, epoch, partition: 0, idBytes: 'k', from, to: 8, signal: new AbortController().signal };
        const { records, next } = await log.readHistory(asked);
        expect(records.map(({ value }) => value?.toString())).toEqual(wanted);
        expect(next).toBe(8);
      }
    });

    it('loses records to retention before they are read: the gap is told, and reading goes on at the oldest kept', async () => {
      await begin(1);
      await log.publish(topic, { key: 'k', value: Buffer.from('a') });
      await untilValues(handler, ['a']);
      await stop();
      const producer = client(testBrokers()).producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic, messages: Array.from({ length: 9 }, (_, index) => ({ value: `lost ${index}` })) });
      await producer.disconnect();
      await withAdmin(testBrokers(), async (admin) => {
        // kafkajs deletes records only of topics whose metadata it has.
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] });
      });
      // The same log reads on from its own positions, as after a long outage.
      stop = log.read(handler);
      await vi.waitFor(() => expect(handler.records().at(-1)?.offset).toBe(9), { timeout: 30_000 });
      expect(handler.gaps).toEqual([{ topic, partition: 0, from: 1, to: 7, reason: 'retention' }]);
      expect(handler.records().map(({ offset }) => offset)).toEqual([0, 7, 8, 9]);
    });
  });
});

describeWithLocalKafka('Kafka with a broker that fails', () => {
  it('is away at first, then comes: reading heals by itself, and says so in words', async () => {
    const port = await freePort();
    const topic = newTopic();
    const log = openLog([`127.0.0.1:${port}`], [topic]);
    const handler = new RecordingHandler();
    const stop = log.read(handler);
    await vi.waitFor(() => expect(log.status().reason).toMatch(/connecting to Kafka at .*ECONNREFUSED/), {
      timeout: 20_000,
    });
    await expect(log.publish(topic, { key: 'k', value: Buffer.from('too early') })).rejects.toThrow();
    const kafka = await startLocalKafka({ port });
    await ensureTopic(kafka.brokers, { topic, partitions: 2 });
    await untilLive(log);
    await log.publish(topic, { key: 'k', value: Buffer.from('first') });
    await untilValues(handler, ['first']);
    await stop();
    await kafka.stop();
  });

  it('is killed under load and comes back: no record is skipped or repeated, and the outage is `degraded`', async () => {
    let kafka: LocalKafka = await startLocalKafka();
    const topic = newTopic();
    await ensureTopic(kafka.brokers, { topic, partitions: 3 });
    const log = openLog(kafka.brokers, [topic], { metadataMaxAgeMs: 10_000 });
    const handler = new RecordingHandler();
    const stop = log.read(handler);
    await untilLive(log);
    const producer = client(kafka.brokers).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const { sent, send } = sender(producer, topic, (_, index) => `k${index % 9}`);
    await send(100);
    const through = send(100);
    await kafka.kill();
    await vi.waitFor(() => expect(log.status()).toMatchObject({ state: 'degraded' }), { timeout: 20_000 });
    kafka = await kafka.restart();
    await through;
    await send(100);
    await vi.waitFor(() => expect(handler.records().length).toBeGreaterThanOrEqual(sent.length), { timeout: 40_000 });
    expect(handler.values().sort()).toEqual([...sent].sort());
    expect(log.status().state).toBe('live');
    expect(handler.gaps).toEqual([]);
    await producer.disconnect();
    await stop();
    await kafka.stop();
  });

  it('has lost the end of its log: the gap is told, and what is written from then on is read, at offsets seen before', async () => {
    let kafka: LocalKafka = await startLocalKafka();
    const topic = newTopic();
    await ensureTopic(kafka.brokers, { topic, partitions: 1 });
    const log = openLog(kafka.brokers, [topic]);
    const handler = new RecordingHandler();
    const stop = log.read(handler);
    await untilLive(log);
    for (const value of ['a', 'b', 'c']) await log.publish(topic, { key: 'k', value: Buffer.from(value) });
    await untilValues(handler, ['a', 'b', 'c']);
    await kafka.kill();
    // As a disk that was emptied: the topic is the same one, and holds nothing.
    const logsDir = join(kafka.dataDir, 'logs');
    for (const name of await readdir(logsDir)) {
      if (name.startsWith(topic)) await rm(join(logsDir, name), { recursive: true });
    }
    kafka = await kafka.restart();
    await vi.waitFor(
      () => expect(handler.gaps).toEqual([{ topic, partition: 0, from: 3, to: 0, reason: 'out-of-range' }]),
      { timeout: 30_000 },
    );
    await vi.waitFor(() => log.publish(topic, { key: 'k', value: Buffer.from('again') }), { timeout: 30_000 });
    await vi.waitFor(() => expect(handler.values().slice(0, 4)).toEqual(['a', 'b', 'c', 'again']), { timeout: 30_000 });
    expect(handler.records()[3]?.offset).toBe(0);
    await stop();
    await kafka.stop();
  });

  it('is silent on the connections of the consumer alone: that one is replaced, and skips no record', async () => {
    const [brokerPort, port] = [await freePort(), await freePort()];
    const proxy = await SeverableProxy.start(`http://127.0.0.1:${brokerPort}`, port);
    const extraProperties = { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}` };
    const kafka = await startLocalKafka({ port: brokerPort, extraProperties });
    const brokers = [`127.0.0.1:${port}`];
    const topic = newTopic();
    await ensureTopic(brokers, { topic, partitions: 2 });
    const log = openLog(brokers, [topic], {
      metadataMaxAgeMs: 60_000,
      // Sooner than kafkajs itself gives a request up, which is after 10 s.
      watchdog: { silenceMs: 1_500, wedgedMs: 1_000 },
    });
    const handler = new RecordingHandler();
    const stop = log.read(handler);
    await untilLive(log);
    const producer = client(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
    proxy.freeze();
    await producer.connect();
    const { sent, send } = sender(producer, topic, (_, index) => `k${index % 5}`);
    await send(50);
    await vi.waitFor(() => expect(log.status().state).toBe('wedged'), { timeout: 20_000, interval: 5 });
    expect(log.status().reason).toContain('though Kafka answers');
    await vi.waitFor(() => expect(handler.records().length).toBeGreaterThanOrEqual(50), { timeout: 40_000 });
    await untilLive(log);
    expect(handler.values().sort()).toEqual([...sent].sort());
    await producer.disconnect();
    await stop();
    await proxy.stop();
    await kafka.stop();
  });
});
