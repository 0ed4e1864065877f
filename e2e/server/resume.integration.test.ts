/** What a cursor is worth in front of a real broker: how far back it reaches, and what is told where it does not. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type Message, Partitioners, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { CursorEncoder, decodeCursor } from '#lib/protocol/cursor.ts';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import type { StreamClient } from './stream-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const SEND_RECORDS = 2_000;

const kafka = (): Kafka => new Kafka({ brokers: testBrokers(), logLevel: logLevel.NOTHING });

describeWithBroker('resuming from Kafka', () => {
  let producer: Producer;
  const servers: TestServer[] = [];
  const topics: string[] = [];

  beforeAll(async () => {
    producer = kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  afterAll(async () => {
    await producer.disconnect();
    await withAdmin(testBrokers(), (admin) => admin.deleteTopics({ topics }));
  });

  const newTopic = async (partitions: number, configs: Record<string, string> = {}): Promise<string> => {
    const topic = `resume-${randomUUID()}`;
    topics.push(topic);
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await withAdmin(testBrokers(), (admin) =>
      admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: true }),
    );
    return topic;
  };
  const start = async (topic: string, env: Record<string, string> = {}): Promise<TestServer> => {
    const kafkaEnv = { KAFKA_BROKERS: testBrokers().join(','), KAFKA_TOPICS: topic, KAFKA_METADATA_MAX_AGE_MS: '500' };
    const server = await TestServer.start({ env: { ...kafkaEnv, ...env } });
    servers.push(server);
    return server;
  };
  const send = async (topic: string, messages: readonly Message[]): Promise<void> => {
    for (let from = 0; from < messages.length; from += SEND_RECORDS) {
      await producer.send({ topic, messages: messages.slice(from, from + SEND_RECORDS) });
    }
  };
  const numbered = (key: string, from: number, to: number): Message[] =>
    seqs(from, to).map((value) => ({ key, value }));
  const seqs = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  const open = (server: TestServer, id: string, cursor?: string): StreamClient =>
    server.stream(`/getData/${id}`, cursor === undefined ? {} : { 'last-event-id': cursor });
  const gapsOf = (client: StreamClient) => client.named('gap').map(({ data }) => JSON.parse(data));
  /** A cursor before the first record of a feed. */
  const cursorAtStart = async (server: TestServer, id: string): Promise<string> => {
    const client = await open(server, id).untilOpen();
    client.close();
    return client.cursor;
  };

  it('12,000 stored and 10 missed gives exactly 10', async () => {
    const topic = await newTopic(3);
    const server = await start(topic, { RING_FRAMES: '5' });
    const id = newFeedId();
    const first = await open(server, id).untilOpen();
    await send(topic, numbered(id, 1, 11_990));
    await first.until(() => expect(first.values).toHaveLength(11_990));
    first.close();
    await send(topic, numbered(id, 11_991, 12_000));
    const second = open(server, id, first.cursor);
    await second.until(() => expect(second.values).toEqual(seqs(11_991, 12_000)));
    await send(topic, numbered(id, 12_001, 12_001));
    await second.until(() => expect(second.values).toEqual(seqs(11_991, 12_001)));
    expect(gapsOf(second)).toEqual([]);
  });

  it('12,000 stored and 7,000 missed gives 7,000 in order on one connection, from a pod that has just started', async () => {
    const topic = await newTopic(3);
    const id = newFeedId();
    const first = await start(topic);
    const watching = await open(first, id).untilOpen();
    await send(topic, numbered(id, 1, 5_000));
    await watching.until(() => expect(watching.values).toHaveLength(5_000));
    watching.close();
    await first.stop();
    await send(topic, numbered(id, 5_001, 12_000));
    const client = open(await start(topic), id, watching.cursor);
    await client.until(() => expect(client.values).toHaveLength(7_000));
    expect(client.values).toEqual(seqs(5_001, 12_000));
    expect(client.named('hello')).toHaveLength(1);
    expect(gapsOf(client)).toEqual([]);
  });

  it('a cursor older than retention gives one gap, then the oldest kept', async () => {
    const topic = await newTopic(1);
    const server = await start(topic, { RING_FRAMES: '5' });
    const id = newFeedId();
    const cursor = await cursorAtStart(server, id);
    await send(topic, numbered(id, 1, 100));
    // What it has not read yet when the client comes it could still give, out of a fetch that is on its way.
    await server.untilRead(id, 100);
    await withAdmin(testBrokers(), async (admin) => {
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '60' }] });
    });
    const client = open(server, id, cursor);
    await client.until(() => expect(client.values).toEqual(seqs(61, 100)));
    const [gap, ...others] = gapsOf(client);
    expect(gap).toMatchObject({ reason: 'retention', from: cursor, resumesAt: 'oldest' });
    expect(decodeCursor(gap.to)?.positions).toEqual(new Map([[0, 60]]));
    expect(others).toEqual([]);
    const names = client.events.map(({ name }) => name).filter((name) => name !== 'ping');
    expect(names.slice(0, 3)).toEqual(['hello', 'gap', 'message']);
  });

  it('a recreated topic gives a gap, also when it already holds more records than before', async () => {
    const topic = await newTopic(1);
    const server = await start(topic);
    const id = newFeedId();
    const watching = await open(server, id).untilOpen();
    await send(topic, numbered(id, 1, 20));
    await watching.until(() => expect(watching.values).toEqual(seqs(1, 20)));
    await withAdmin(testBrokers(), (admin) => admin.deleteTopics({ topics: [topic] }));
    await vi.waitFor(() => ensureTopic(testBrokers(), { topic, partitions: 1 }), { timeout: 20_000 });
    const again = kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await again.connect();
    await again.send({ topic, messages: numbered(id, 101, 160) });
    await again.disconnect();
    const resumed = open(server, id, watching.cursor);
    for (const client of [watching, resumed]) {
      // What came before this pod has noticed may have been given as of the old one: behind the gap is all of it.
      await client.until(() => expect(client.values.slice(-60)).toEqual(seqs(101, 160)));
      expect(gapsOf(client)).toMatchObject([{ reason: 'recreated-topic', resumesAt: 'oldest' }]);
    }
    const fresh = open(await start(topic), id, watching.events.find(({ data }) => data === '20')?.id);
    await fresh.until(() => expect(fresh.values).toEqual(seqs(101, 160)));
    expect(gapsOf(fresh)).toMatchObject([{ reason: 'recreated-topic', resumesAt: 'oldest' }]);
  });

  it('a transactional producer with commits and aborts at the tail: resumes exactly, with no gap', async () => {
    const topic = await newTopic(1);
    const server = await start(topic, { RING_FRAMES: '1' });
    const id = newFeedId();
    const cursor = await cursorAtStart(server, id);
    const transactional = kafka().producer({
      transactionalId: `tx-${topic}`,
      maxInFlightRequests: 1,
      idempotent: true,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await transactional.connect();
    for (const [value, isKept] of [
      ['1', true],
      ['aborted', false],
      ['2', true],
      ['aborted too', false],
      ['and this', false],
    ] as const) {
      const transaction = await transactional.transaction();
      await transaction.send({ topic, messages: [{ key: id, value }] });
      await (isKept ? transaction.commit() : transaction.abort());
    }
    await transactional.disconnect();
    const client = open(server, id, cursor);
    await client.until(() => expect(client.values).toEqual(['1', '2']));
    // Five records and five markers: the scan has met the end, where there is nothing to read, and is over.
    await client.until(() => expect(decodeCursor(client.cursor)?.positions).toEqual(new Map([[0, 10]])));
    const behind = open(server, id, client.cursor);
    await server.untilMetric('feedline_readers_catching_up', 0);
    await send(topic, numbered(id, 3, 3));
    await behind.until(() => expect(behind.values).toEqual(['3']));
    await client.until(() => expect(client.values).toEqual(['1', '2', '3']));
    expect([...gapsOf(client), ...gapsOf(behind)]).toEqual([]);
  }, 60_000);

  it('a compacted topic resumes exactly: offsets that are absent are no gap', async () => {
    const topic = await newTopic(1, {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01',
      'max.compaction.lag.ms': '200',
    });
    const server = await start(topic, { RING_FRAMES: '1' });
    const id = newFeedId();
    const cursor = await cursorAtStart(server, id);
    await send(topic, numbered(id, 1, 50));
    await send(topic, numbered('other', 1, 50));
    await untilCompacted(topic, id, async () => {
      await delay(150);
      await send(topic, [{ key: `roll-${randomUUID()}`, value: 'x' }]);
    });
    await send(topic, numbered(id, 51, 52));
    const fresh = await start(topic);
    const client = open(fresh, id, cursor);
    await client.until(() => expect(client.values).toEqual(seqs(50, 52)));
    await send(topic, numbered(id, 53, 53));
    await client.until(() => expect(client.values).toEqual(seqs(50, 53)));
    expect(gapsOf(client)).toEqual([]);
  });

  /** Until an independent client finds one record of this key alone. */
  const untilCompacted = async (topic: string, key: string, roll: () => Promise<void>): Promise<void> => {
    const countRecords = async (): Promise<number> => {
      const consumer = kafka().consumer({ groupId: `count-${randomUUID()}` });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      const [end] = await withAdmin(testBrokers(), (admin) => admin.fetchTopicOffsets(topic));
      let count = 0;
      await new Promise<void>((resolve, reject) => {
        const eachMessage = async ({ message }: { message: { key: Buffer | null; offset: string } }): Promise<void> => {
          if (message.key?.toString() === key) count += 1;
          if (Number(message.offset) >= Number(end?.high ?? 0) - 1) resolve();
        };
        consumer.run({ eachMessage }).catch(reject);
      });
      await consumer.disconnect();
      return count;
    };
    await vi.waitFor(
      async () => {
        await roll();
        expect(await countRecords()).toBe(1);
      },
      { timeout: 50_000, interval: 200 },
    );
  };

  it('records of one ID in several partitions resume exactly, each partition in its order', async () => {
    const topic = await newTopic(4);
    const server = await start(topic, { KAFKA_PARTITIONER: 'any', RING_FRAMES: '3' });
    const id = newFeedId();
    const scattered = (from: number, to: number): Message[] =>
      numbered(id, from, to).map((message, index) => ({ ...message, partition: index % 4 }));
    const first = await open(server, id).untilOpen();
    await send(topic, scattered(1, 40));
    await first.until(() => expect(first.values).toHaveLength(40));
    first.close();
    await send(topic, scattered(41, 400));
    const client = open(server, id, first.cursor);
    await client.until(() => expect(client.values).toHaveLength(360));
    await send(topic, scattered(401, 404));
    await client.until(() => expect(client.values).toHaveLength(364));
    for (let partition = 0; partition < 4; partition += 1) {
      const ours = seqs(41, 404).filter((seq) => (Number(seq) - 1) % 4 === partition);
      expect(client.values.filter((seq) => (Number(seq) - 1) % 4 === partition)).toEqual(ours);
    }
    expect(gapsOf(client)).toEqual([]);
  });

  it('a cut between the last event and `end` still ends, on a pod that knows nothing of the feed', async () => {
    const topic = await newTopic(2);
    const server = await start(topic);
    const id = newFeedId();
    const client = await open(server, id).untilOpen();
    await send(topic, [...numbered(id, 1, 3), { key: id, value: '4', headers: { 'feed-end': '' } }]);
    await client.until(() => expect(client.named('end')).toHaveLength(1));
    expect(client.values).toEqual(seqs(1, 4));
    await client.until(() => expect(client.isOver).toBe(true));
    const last = client.events.find(({ data }) => data === '4');
    expect(decodeCursor(last?.id ?? '')?.isEnd).toBe(true);
    const other = await start(topic);
    const again = open(other, id, last?.id);
    await again.until(() => expect(again.isOver).toBe(true));
    expect(again.status).toBe(204);
    // From before its end it ends too, with what was missed, read back from Kafka.
    const behind = open(other, id, client.events.find(({ data }) => data === '2')?.id);
    await behind.until(() => expect(behind.named('end')).toHaveLength(1));
    expect(behind.values).toEqual(['3', '4']);
  });

  it('a tombstone ends a feed where the topic’s setting says so, and is an event like any other where not', async () => {
    const topic = await newTopic(1);
    const id = newFeedId();
    const [byHeader, byTombstone] = [await start(topic), await start(topic, { FEED_END: `${topic}=tombstone` })];
    const [going, ending] = [await open(byHeader, id).untilOpen(), await open(byTombstone, id).untilOpen()];
    await send(topic, [
      { key: id, value: '1' },
      { key: id, value: null },
      { key: id, value: '2' },
    ]);
    await going.until(() => expect(going.values).toEqual(['1', '', '2']));
    await ending.until(() => expect(ending.named('end')).toHaveLength(1));
    expect(ending.values).toEqual(['1', '']);
  });

  it('a catch-up longer than the rotation age finishes: each stream goes on where the one before had come to', async () => {
    const topic = await newTopic(1);
    const id = newFeedId();
    const env = { PING_MS: '50', STREAM_MAX_AGE_MS: '200', HISTORY_FETCH_BYTES: '1024', HISTORY_PAGE_BYTES: '1024' };
    const server = await start(topic, env);
    let cursor = await cursorAtStart(server, id);
    await send(topic, [...numbered('other', 1, 20_000), ...numbered(id, 1, 20_000)]);
    const fresh = await start(topic, env);
    const got: string[] = [];
    let streams = 0;
    while (got.length < 20_000) {
      const client = open(fresh, id, cursor);
      streams += 1;
      await client.until(() => expect(client.isOver || client.values.length + got.length >= 20_000).toBe(true));
      client.close();
      got.push(...client.values);
      cursor = client.cursor || cursor;
      expect(gapsOf(client)).toEqual([]);
    }
    expect(streams).toBeGreaterThan(2);
    expect(got).toEqual(seqs(1, 20_000));
  });

  it('with 100,000 records of other IDs on its partition, an idle stream resumes by reading no more than came in one ping', async () => {
    const topic = await newTopic(1);
    const id = newFeedId();
    const server = await start(topic, { PING_MS: '1000', RING_LINGER_MS: '0' });
    const idle = await open(server, id).untilOpen();
    await send(topic, numbered('other', 1, 100_000));
    await idle.until(() => expect(decodeCursor(idle.cursor)?.positions).toEqual(new Map([[0, 100_000]])));
    idle.close();
    await send(topic, numbered('other', 1, 300));
    await server.untilMetric('feedline_feeds', 0);
    await vi.waitFor(async () => expect(await server.metric('feedline_records_total')).toBe(100_300));
    expect(await server.metric('feedline_history_records_total')).toBe(0);
    const client = open(server, id, idle.cursor);
    await client.until(() => expect(decodeCursor(client.cursor)?.positions).toEqual(new Map([[0, 100_300]])));
    await send(topic, numbered(id, 1, 1));
    await client.until(() => expect(client.values).toEqual(['1']));
    expect(await server.metric('feedline_history_records_total')).toBe(300);
    expect(gapsOf(client)).toEqual([]);
  });

  it('a cursor beyond the end of the log is a gap, and one of a pod that is ahead is waited for', async () => {
    const topic = await newTopic(1);
    const server = await start(topic);
    const id = newFeedId();
    await send(topic, numbered(id, 1, 3));
    const first = await server.stream(`/getData/${id}?last=3`).untilOpen();
    await first.until(() => expect(first.values).toEqual(seqs(1, 3)));
    const beyond = await cursorAt(first.cursor, 0, 50);
    const client = open(server, id, beyond);
    await client.until(() => expect(client.values).toEqual(seqs(1, 3)));
    expect(gapsOf(client)).toMatchObject([{ reason: 'out-of-range', from: beyond, resumesAt: 'oldest' }]);
    // The pod stands still while its consumer reads on elsewhere: a second pod is ahead of it.
    const ahead = await start(topic);
    const there = await open(ahead, id, first.cursor).untilOpen();
    process.kill(server.part.pid, 'SIGSTOP');
    await send(topic, numbered(id, 4, 5));
    await there.until(() => expect(there.values).toEqual(['4', '5']));
    const here = open(server, id, there.cursor);
    process.kill(server.part.pid, 'SIGCONT');
    await here.untilOpen();
    await send(topic, numbered(id, 6, 6));
    await here.until(() => expect(here.values).toEqual(['6']));
    expect(gapsOf(here)).toEqual([]);
  });
});

/** The same cursor, as if its client had been served up to another offset. */
async function cursorAt(cursor: string, partition: number, position: number): Promise<string> {
  const decoded = decodeCursor(cursor);
  if (decoded === null) throw new Error(`Not a cursor: ${cursor}`);
  const { clusterId } = await withAdmin(testBrokers(), (admin) => admin.describeCluster());
  return new CursorEncoder({ ...decoded, logId: clusterId }).encodeSingle(partition, position);
}
