import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FEED_LIST_MAX, FEED_LIST_SIZE } from '#lib/protocol/constants.ts';
import type { FeedList } from '#lib/protocol/events.ts';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import { sendValues } from '../send-values.ts';
import { TestServer } from './test-server.ts';

const EVICTED = 25;

describeWithBroker('the list of feeds', () => {
  const topic = `it-list-${randomUUID()}`;
  let server: TestServer;

  const list = async (query = ''): Promise<FeedList> =>
    (await (await server.fetch(`/api/feeds?${query}`)).json()) as FeedList;

  beforeAll(async () => {
    await ensureTopic(testBrokers(), { topic, partitions: 1 });
    server = await TestServer.start({ env: { KAFKA_BROKERS: testBrokers().join(','), KAFKA_TOPICS: topic } });
    const ids = Array.from({ length: FEED_LIST_MAX + EVICTED }, (_, index) => `id-${index}`);
    await sendValues(
      testBrokers(),
      topic,
      ids.map((id) => ({ key: id, value: `of ${id}` })),
    );
    await vi.waitFor(async () => expect((await list('limit=1')).feeds[0]?.id).toBe(ids.at(-1)), { timeout: 30_000 });
  });

  afterAll(() => server.stop());

  it('has the 10,000 IDs that had a record last, newest first, with rate, time and value', async () => {
    const { feeds, total, atMs } = await list(`limit=${FEED_LIST_MAX}`);
    expect(total).toBe(FEED_LIST_MAX);
    const expected = Array.from({ length: FEED_LIST_MAX }, (_, index) => `id-${FEED_LIST_MAX + EVICTED - 1 - index}`);
    expect(feeds.map(({ id }) => id)).toEqual(expected);
    for (const { id, records, recordsPerSecond, lastRecordAtMs, lastValue } of feeds) {
      expect(records).toBe(1);
      expect(lastValue).toEqual({ kind: 'text', text: `of ${id}`, isCut: false });
      expect(recordsPerSecond).toBeCloseTo(0.1 * Math.exp((lastRecordAtMs - atMs) / 10_000), 2);
    }
  });

  it('gives 1,000 of them where it is not told how many, and as few as it is told', async () => {
    expect((await list()).feeds).toHaveLength(FEED_LIST_SIZE);
    expect(await list('limit=0')).toMatchObject({ total: FEED_LIST_MAX, feeds: [] });
  });

  it('finds by the beginning of the ID also what is far from the newest', async () => {
    const { total, feeds } = await list('prefix=id-999&limit=3');
    // Of id-999 and id-9990 to id-9999 all are kept.
    expect(total).toBe(11);
    expect(feeds.map(({ id }) => id)).toEqual(['id-9999', 'id-9998', 'id-9997']);
    expect(await list('prefix=nothing')).toMatchObject({ total: 0, feeds: [] });
  });

  it('gives what has changed since the answer before', async () => {
    const before = await list('limit=0');
    await sendValues(testBrokers(), topic, [
      { key: 'id-5000', value: Buffer.from([0xff]) },
      { key: 'id-6000', value: null },
    ]);
    await vi.waitFor(async () => expect((await list(`since=${before.atMs}`)).feeds).toHaveLength(2));
    expect((await list(`since=${before.atMs}`)).feeds).toMatchObject([
      { id: 'id-6000', records: 2, lastValue: { kind: 'null' } },
      { id: 'id-5000', records: 2, lastValue: { kind: 'binary', bytes: 1 } },
    ]);
  });

  it('answers what it cannot understand with a problem', async () => {
    for (const query of ['limit=10001', 'limit=-1', 'limit=many', 'limit=', 'since=yesterday', 'since=1.5']) {
      const response = await server.fetch(`/api/feeds?${query}`);
      expect(response.status, query).toBe(400);
      expect(await response.json(), query).toMatchObject({ code: 'query-invalid' });
    }
    expect((await server.fetch('/api/feeds?topic=unknown')).status).toBe(404);
  });
});
