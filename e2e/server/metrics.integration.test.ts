/** What `/metrics` of a running server says, and that docs/metrics.md says the same. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HeaderName } from '#lib/protocol/constants.ts';
import type { PollBody } from '#lib/protocol/events.ts';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { ROOT } from '#scripts/process/root.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import { RawClient } from './raw-client.ts';
import { readMetrics, type ScrapedMetrics } from './read-metrics.ts';
import { newFeedId, TestServer } from './test-server.ts';

const WAIT = { timeout: 30_000, interval: 20 };
/** Not there outside the demo. */
const DEMO_ONLY = ['feedline_article_listeners'];

/** The rows of the tables of docs/metrics.md. */
function documented() {
  const rows = readFileSync(join(ROOT, 'docs', 'metrics.md'), 'utf8').matchAll(
    /^\| `(\w+)` *\| (\w+) *\| ([^|]*)\| (.*?) *\|$/gm,
  );
  return [...rows].map(([, name = '', type = '', labels = '', help = '']) => ({
    name,
    type,
    labels: labels.split(',').flatMap((label) => label.trim() || []),
    help,
  }));
}

function expectAsDocumented({ metrics, samples }: ScrapedMetrics, isDemo: boolean): void {
  const rows = documented().filter(({ name }) => isDemo || !DEMO_ONLY.includes(name));
  const about = ({ name, type, help }: { name: string; type: string; help: string }) => ({ name, type, help });
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  expect([...metrics].map(about).sort(byName)).toEqual(rows.map(about).sort(byName));
  for (const { name, type, labels } of rows) {
    const series = type === 'histogram' ? `${name}_count` : name;
    const own = samples.filter((sample) => sample.name === series);
    // Garbage is not collected, and requests are not open, whenever somebody asks.
    if (!/^nodejs_(gc|active)_/.test(name)) expect(own, name).not.toEqual([]);
    for (const sample of own) expect(Object.keys(sample.labels).sort(), name).toEqual([...labels, 'pod'].sort());
  }
}

describeWithBroker('the metrics of a pod', () => {
  const topic = `it-${randomUUID()}`;
  let server: TestServer;

  beforeAll(async () => {
    await ensureTopic(testBrokers(), { topic });
    const env = {
      KAFKA_BROKERS: testBrokers().join(','),
      KAFKA_TOPICS: topic,
      DEMO: '1',
      RING_FRAMES: '10',
      POD: 'pod-m',
      // Bytes are compared: a ping must not come between.
      PING_MS: '50000',
    };
    server = await TestServer.start({ env });
  });

  afterAll(async () => {
    await server.stop();
    await withAdmin(testBrokers(), (admin) => admin.deleteTopics({ topics: [topic] }));
  });

  const scrape = async (): Promise<ScrapedMetrics> => readMetrics(await (await server.fetch('/metrics')).text());
  /** By how much a series grows while something is done, once it has grown by `least`. */
  const growth = async (name: string, labels: Record<string, string>, act: () => Promise<void>, least = 1) => {
    const before = (await scrape()).value(name, labels);
    await act();
    const after = async () => (await scrape()).value(name, labels) - before;
    await vi.waitFor(async () => expect(await after()).toBeGreaterThanOrEqual(least), WAIT);
    return after();
  };

  it('are those of docs/metrics.md: each name, type, help and label, and no others', async () => {
    const text = await (await server.fetch('/metrics')).text();
    expectAsDocumented(readMetrics(text), true);
    expect(text).not.toContain('eventloop_lag');
  });

  it('are those outside the demo too, but for what is only there in it', async () => {
    const plain = await TestServer.start({ env: { RECORD_LOG: 'memory' } });
    try {
      expectAsDocumented(readMetrics(await (await plain.fetch('/metrics')).text()), false);
    } finally {
      await plain.stop();
    }
  });

  it('count each event for each client, by transport, and once in the histograms', async () => {
    const id = newFeedId();
    const clients = [server.stream(`/getData/${id}`), server.stream(`/getData/${id}`), server.stream(`/getData/${id}`)];
    for (const client of clients) await client.untilOpen();
    const before = await scrape();
    const publish = async (): Promise<void> => {
      for (const seq of [1, 2, 3, 4]) await server.publish(id, seq);
    };
    expect(await growth('feedline_deliveries_total', { transport: 'sse' }, publish, 12)).toBe(12);
    const after = await scrape();
    for (const name of ['feedline_delivery_seconds', 'feedline_record_age_seconds']) {
      expect(after.value(`${name}_count`) - before.value(`${name}_count`), name).toBe(4);
      const inAll = after.value(`${name}_bucket`, { le: '+Inf' }) - before.value(`${name}_bucket`, { le: '+Inf' });
      expect(inAll, name).toBe(4);
    }
    expect(after.value('feedline_records_total', { topic }) - before.value('feedline_records_total', { topic })).toBe(
      4,
    );
    for (const client of clients) client.close();
    const poll = async (): Promise<void> => {
      const { events } = (await (await server.fetch(`/api/feeds/${id}/poll?last=3&waitMs=0`)).json()) as PollBody;
      expect(events).toHaveLength(3);
    };
    expect(await growth('feedline_deliveries_total', { transport: 'poll' }, poll)).toBe(3);
    // What streams have delivered stays counted when they are gone.
    await server.untilMetric('feedline_streams', 0);
    expect((await scrape()).value('feedline_deliveries_total', { transport: 'sse' })).toBe(
      after.value('feedline_deliveries_total', { transport: 'sse' }),
    );
  });

  it('count the bytes that a client has received, all of them', async () => {
    const id = newFeedId();
    const client = await RawClient.connect(server.port);
    const act = async (): Promise<void> => {
      await client.get(`/api/feeds/${id}/poll?waitMs=0`);
    };
    expect(await growth('feedline_sent_bytes_total', { transport: 'poll' }, act, 100)).toBe(client.bytes);
    const before = (await scrape()).value('feedline_sent_bytes_total', { transport: 'sse' });
    const stream = await RawClient.connect(server.port);
    stream.send(`/getData/${id}`);
    await stream.until((text) => text.includes('event: hello'));
    await server.publish(id, 'x'.repeat(1_000));
    await stream.until((text) => text.includes('xxx"'));
    const open = await scrape();
    expect(open.value('feedline_sent_bytes_total', { transport: 'sse' }) - before).toBe(stream.bytes);
    client.close();
    stream.close();
    await server.untilMetric('feedline_streams', 0);
    expect((await scrape()).value('feedline_sent_bytes_total', { transport: 'sse' }) - before).toBe(stream.bytes);
  });

  it('say what comes of each cursor: from memory, from Kafka, a gap, or the end; and nothing of a beginning without', async () => {
    const id = newFeedId();
    const begun = await server.stream(`/getData/${id}`).untilOpen();
    const first = begun.cursor;
    await server.publish(id, 1);
    await begun.until(() => expect(begun.values).toEqual(['1']));
    const resume = (cursor: string) => async () => {
      const client = server.stream(`/getData/${id}`, { 'last-event-id': cursor });
      await client.until(() => expect(client.status).not.toBe(0));
      client.close();
    };
    const outcomes = async () => {
      const { samples } = await scrape();
      const own = samples.filter(({ name, labels }) => name === 'feedline_resumes_total' && labels.transport === 'sse');
      return Object.fromEntries(own.map(({ labels, value }) => [labels.outcome, value]));
    };
    expect(await outcomes()).toEqual({ ring: 0, history: 0, gap: 0, ended: 0 });
    const of = (outcome: string) => ({ transport: 'sse', outcome });
    expect(await growth('feedline_resumes_total', of('ring'), resume(first))).toBe(1);
    expect(
      await growth('feedline_gaps_total', { reason: 'malformed-cursor' }, async () => {
        expect(await growth('feedline_resumes_total', of('gap'), resume('nonsense'))).toBe(1);
      }),
    ).toBe(1);
    // More than the ring holds.
    for (let seq = 2; seq <= 15; seq += 1) await server.publish(id, seq);
    await begun.until(() => expect(begun.values).toHaveLength(15));
    expect(await growth('feedline_resumes_total', of('history'), resume(first))).toBe(1);
    await server.publishLast(id, 16);
    await begun.until(() => expect(begun.isOver).toBe(true));
    expect(await growth('feedline_resumes_total', of('ended'), resume(begun.cursor))).toBe(1);
    expect(await outcomes()).toEqual({ ring: 1, history: 1, gap: 1, ended: 1 });
    const asked = { [HeaderName.lastEventId]: begun.cursor };
    const poll = async (): Promise<void> => void (await server.fetch(`/api/feeds/${id}/poll`, { headers: asked }));
    expect(await growth('feedline_resumes_total', { transport: 'poll', outcome: 'ended' }, poll)).toBe(1);
  });

  it('count what is refused, by its code', async () => {
    const refuse = async (): Promise<void> => {
      expect((await server.fetch('/getData/a?from=never')).status).toBe(400);
    };
    expect(await growth('feedline_problems_total', { code: 'query-invalid' }, refuse)).toBe(1);
  });

  it('say that the pod reads, how far it is behind, and what runs', async () => {
    await vi.waitFor(async () => {
      const scraped = await scrape();
      expect(scraped.value('feedline_ready')).toBe(1);
      expect(scraped.value('feedline_draining')).toBe(0);
      expect(scraped.value('feedline_lag_records', { topic })).toBe(0);
      expect(scraped.value('feedline_fetch_age_seconds')).toBeLessThan(5);
      expect(scraped.value('feedline_consumer_joins_total')).toBeGreaterThan(0);
      // A topic that is new to the broker may cost a consumer or two.
      const crashes = scraped.value('feedline_consumer_crashes_total');
      expect(scraped.value('feedline_consumer_restarts_total')).toBeGreaterThanOrEqual(crashes);
    }, WAIT);
    const { samples } = await scrape();
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const build = samples.find(({ name }) => name === 'feedline_build_info');
    expect(build).toMatchObject({ value: 1, labels: { version, node: process.version, pod: 'pod-m' } });
  });
});

describe('reading Prometheus text', () => {
  it('takes samples, labels with any text, and what is said of each metric', () => {
    const text = '# HELP a Of a, all.\n# TYPE a counter\na{x="1",y="q\\"}, {"} 2\na 3e-7\n';
    const { metrics, samples } = readMetrics(text);
    expect(metrics).toEqual([{ name: 'a', type: 'counter', help: 'Of a, all.' }]);
    expect(samples).toEqual([
      { name: 'a', labels: { x: '1', y: 'q"}, {' }, value: 2 },
      { name: 'a', labels: {}, value: 3e-7 },
    ]);
  });
});
