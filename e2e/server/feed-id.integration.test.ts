/** Feeds whose ID is not a text in the key, in front of a real broker: on every way they are the same records. */
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Message, Partitioners, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope, FeedList } from '#lib/protocol/events.ts';
import { withAdmin } from '#scripts/kafka/admin.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import { PollClient } from './poll-client.ts';
import type { StreamClient } from './stream-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const PARTITIONS = 4;
/** Times that grow from record to record, so that it is certain which ones are the newest. */
const FIRST_AT_MS = Date.now() - 1_000_000;

describeWithBroker('the ID of a record', () => {
  let producer: Producer;
  const servers: TestServer[] = [];
  const topics: string[] = [];

  beforeAll(async () => {
    const kafka = new Kafka({ brokers: testBrokers(), logLevel: logLevel.NOTHING });
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  afterAll(async () => {
    await producer.disconnect();
    await withAdmin(testBrokers(), (admin) => admin.deleteTopics({ topics }));
  });

  const newTopic = async (): Promise<string> => {
    const topic = `feed-id-${randomUUID()}`;
    topics.push(topic);
    await withAdmin(testBrokers(), (admin) =>
      admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true }),
    );
    return topic;
  };
  /** The ring is so small that whoever comes back reads from Kafka. */
  const start = async (topic: string, feedId: string): Promise<TestServer> => {
    const env = { KAFKA_BROKERS: testBrokers().join(','), KAFKA_TOPICS: topic, FEED_ID: feedId, RING_FRAMES: '5' };
    const server = await TestServer.start({ env });
    servers.push(server);
    return server;
  };

  describe.each([
    { where: 'in a header', feedId: 'header:order-id', reason: 'absent' },
    { where: 'in the JSON of the value', feedId: 'json:/order/id', reason: 'not-json' },
  ])('that stands $where', ({ feedId, reason }) => {
    const isHeader = feedId.startsWith('header');
    const valueWith = (seq: number, id: string): string =>
      isHeader ? `v${seq}` : JSON.stringify({ seq, order: { id } });
    /** Our feed, another one, and records without an ID, in turn and in each partition; the keys say nothing. */
    const records = (ids: readonly [string, string], from: number, to: number): Message[] =>
      Array.from({ length: to - from + 1 }, (_, index): Message => {
        const seq = from + index;
        const [id, key] = seq % 3 === 0 ? ids : [ids[1], ids[0]];
        const hasId = seq % 3 !== 2;
        return {
          partition: seq % PARTITIONS,
          key,
          value: hasId ? valueWith(seq, id) : 'nobody’s',
          headers: { other: 'x', ...(hasId && isHeader && { 'order-id': id }) },
          timestamp: String(FIRST_AT_MS + seq),
        };
      });
    const seqs = (from: number, to: number): number[] =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((seq) => seq % 3 === 0);
    const seqOf = (value: string): number => (isHeader ? Number(value.slice(1)) : JSON.parse(value).seq);
    /** Each once, in each partition in order. */
    const expectSeqs = (values: readonly string[], wanted: readonly number[]): void => {
      const got = values.map(seqOf);
      expect(got.toSorted((a, b) => a - b)).toEqual(wanted);
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const inPartition = (all: readonly number[]) => all.filter((seq) => seq % PARTITIONS === partition);
        expect(inPartition(got)).toEqual(inPartition(wanted));
      }
    };

    it('is the same feed live, resumed on any pod, from its last events, from its beginning and in polls', async () => {
      const topic = await newTopic();
      const ids = [newFeedId(), newFeedId()] as const;
      const [id] = ids;
      const server = await start(topic, feedId);
      const live = await server.stream(`/getData/${id}`).untilOpen();
      const cursorAtStart = live.cursor;
      const poll = (from: TestServer) =>
        new PollClient(`${from.baseUrl}/api/feeds/poll?id=${id}`, { waitMs: 1_000, after: cursorAtStart });
      const livePoll = poll(server);
      await producer.send({ topic, messages: records(ids, 0, 599) });
      await live.until(() => expectSeqs(live.values, seqs(0, 599)));
      live.close();
      await producer.send({ topic, messages: records(ids, 600, 899) });

      const resumed = server.stream(`/getData/${id}`, { 'last-event-id': live.cursor });
      const other = await start(topic, feedId);
      const elsewhere = other.stream(`/getData/${id}`, { 'last-event-id': live.cursor });
      const last = other.stream(`/getData/${id}?last=7`);
      const earliest = other.stream(`/getData/${id}?from=earliest`);
      const storedPoll = poll(other);
      await resumed.until(() => expectSeqs(resumed.values, seqs(600, 899)));
      await elsewhere.until(() => expectSeqs(elsewhere.values, seqs(600, 899)));
      await last.until(() => expectSeqs(last.values, seqs(600, 899).slice(-7)));
      await earliest.until(() => expectSeqs(earliest.values, seqs(0, 899)));

      await producer.send({ topic, messages: records(ids, 900, 929) });
      await last.until(() => expectSeqs(last.values, [...seqs(600, 899).slice(-7), ...seqs(900, 929)]));
      const streams: StreamClient[] = [resumed, elsewhere, earliest];
      for (const stream of streams) {
        await stream.until(() => expect(stream.values.map(seqOf)).toContain(927));
        await stream.until(() => expectSeqs(stream.values, seqs(stream === earliest ? 0 : 600, 929)));
        expect(stream.named('gap')).toEqual([]);
      }
      for (const each of [livePoll, storedPoll]) {
        await each.until(() => expectSeqs(each.values, seqs(0, 929)));
        expect(each.gaps).toEqual([]);
        each.close();
      }
      const metrics = await (await server.fetch('/metrics')).text();
      const counted = new RegExp(`^feedline_records_without_id_total{[^}]*reason="${reason}"[^}]*} 310$`, 'm');
      expect(metrics).toMatch(counted);
    });

    it('is not the key, which the envelope tells, with the headers and the time of the record', async () => {
      const topic = await newTopic();
      const ids = [newFeedId(), newFeedId()] as const;
      const server = await start(topic, feedId);
      const client = await server.stream(`/getData/${ids[0]}?format=envelope`).untilOpen();
      await producer.send({ topic, messages: records(ids, 3, 3) });
      await client.until(() => expect(client.values).toHaveLength(1));
      const envelope = JSON.parse(client.values[0] ?? '') as Envelope;
      expect(envelope).toMatchObject({
        value: valueWith(3, ids[0]),
        key: ids[1],
        headers: { other: 'x', ...(isHeader && { 'order-id': ids[0] }) },
        partition: 3,
        timestampMs: FIRST_AT_MS + 3,
      });
    });
  });

  describe('that is a key of other bytes than a text', () => {
    const long = (value: bigint): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(value);
      return bytes;
    };
    const idOf = (key: Buffer): string => `~x${key.toString('hex')}`;
    const told = (client: StreamClient): string => JSON.parse(client.named('hello')[0]?.data ?? '').id;

    it('has a feed by its bytes in hex, live and from Kafka, in its one partition and in the list', async () => {
      const topic = await newTopic();
      // The second one is UTF-8 by accident, the last one a text that everybody can read.
      const keys = [long(1_234n), long(65n), long(-1n), Buffer.from(randomUUID().replaceAll('-', ''), 'hex')];
      const text = Buffer.from('order-1');
      const server = await start(topic, 'key');
      const paths = [...keys, text].map((key) => `/getData/${idOf(key)}`);
      const live = await Promise.all(paths.map((path) => server.stream(path).untilOpen()));
      expect(live.map(told)).toEqual([...keys.map(idOf), 'order-1']);
      const upper = await server.stream(`/getData/~x${long(-1n).toString('hex').toUpperCase()}`).untilOpen();
      expect(told(upper)).toBe(idOf(long(-1n)));
      const send = (round: number) =>
        producer.send({
          topic,
          messages: [...keys, text].map((key) => ({ key, value: `${key.toString('hex')} ${round}` })),
        });
      const valuesOf = (key: Buffer, from: number, to: number): string[] =>
        Array.from({ length: to - from + 1 }, (_, index) => `${key.toString('hex')} ${from + index}`);
      for (let round = 1; round <= 20; round += 1) await send(round);
      for (const [index, key] of [...keys, text].entries()) {
        const client = live[index] ?? upper;
        await client.until(() => expect(client.values).toEqual(valuesOf(key, 1, 20)));
        client.close();
      }
      for (let round = 21; round <= 40; round += 1) await send(round);
      for (const pod of [server, await start(topic, 'key')]) {
        for (const [index, key] of [...keys, text].entries()) {
          const cursor = live[index]?.cursor ?? '';
          const client = pod.stream(`/api/feeds/stream?id=${idOf(key)}`, { 'last-event-id': cursor });
          await client.until(() => expect(client.values).toEqual(valuesOf(key, 21, 40)));
          expect(client.named('gap')).toEqual([]);
          const last = pod.stream(`/getData/${idOf(key)}?last=3`);
          await last.until(() => expect(last.values).toEqual(valuesOf(key, 38, 40)));
        }
      }
      const { feeds } = (await (await server.fetch('/api/feeds?prefix=~x')).json()) as FeedList;
      expect(feeds.map(({ id, records }) => [id, records]).toSorted()).toEqual(
        keys.map((key) => [idOf(key), 40]).toSorted(),
      );
      expect(await server.metric('feedline_records_unpredicted_total')).toBe(0);
      expect((await server.fetch('/getData/%ff')).status).toBe(400);
    });

    it('is told by the envelope as base64, and so are headers that are no text', async () => {
      const topic = await newTopic();
      const server = await start(topic, 'key');
      const key = long(1_234n);
      const client = await server.stream(`/getData/${idOf(key)}?format=envelope`).untilOpen();
      const trace = Buffer.from([0xff, 0]);
      await producer.send({
        topic,
        messages: [{ key, value: Buffer.from([0, 0, 0, 0, 7, 0xff]), headers: { trace } }],
      });
      await client.until(() => expect(client.values).toHaveLength(1));
      expect(JSON.parse(client.values[0] ?? '')).toMatchObject({
        value: 'AAAAAAf/',
        encoding: 'base64',
        key: key.toString('base64'),
        keyEncoding: 'base64',
        headers: { trace: '/wA=' },
        binaryHeaders: ['trace'],
      });
    });
  });
});
