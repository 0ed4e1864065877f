/** The race over two pods behind a load balancer that knows no stickiness. */
import { randomUUID } from 'node:crypto';
import { LANE_NAMES, type LaneName } from '#lib/client/lanes.ts';
import { startBalancer } from '#scripts/balancer/balancer.ts';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import { untilReady } from '#scripts/server/start-server.ts';
import { publishTo, startDemoServer } from './browser/demo-server.ts';
import { LaneWitness } from './browser/lane-witness.ts';
import { expect, test } from './fixtures.ts';

const WITH_CURSOR: readonly LaneName[] = ['sse', 'long-poll', 'poll'];

test('a pod that is killed under the race costs no lane with a cursor an event, and every lane counts over both pods', async ({
  page,
  feedId,
}) => {
  const brokers = process.env.TEST_KAFKA_BROKERS;
  test.skip(brokers === undefined, process.env.NO_BROKER_REASON);
  const topic = `feedline-pods-${randomUUID()}`;
  await ensureTopic((brokers ?? '').split(','), { topic });
  const env = { KAFKA_BROKERS: brokers ?? '', KAFKA_TOPICS: topic, PING_MS: '500' };
  const [one, two] = await Promise.all(['pod-1', 'pod-2'].map((POD) => startDemoServer({ ...env, POD })));
  if (one === undefined || two === undefined) throw new Error('Two pods were started.');
  for (const pod of [one, two]) await untilReady(pod.part, pod.url);
  const balancer = await startBalancer({ pods: () => [one.url, two.url] });
  const shown = async (lane: LaneName, figure: string): Promise<number> => {
    const value = await page.locator(`[data-lane=${lane}]`).getByTestId(figure).getAttribute('value');
    return Number(value?.replaceAll(',', ''));
  };
  const untilEvents = async (lanes: readonly LaneName[], count: number): Promise<void> => {
    for (const lane of lanes) await expect.poll(() => shown(lane, 'events'), { timeout: 30_000 }).toBe(count);
  };

  const witness = await LaneWitness.attach(page);
  await page.goto(`${balancer.url}/?feed=${feedId}&rtt=0&interval=250&wait=3000`);
  for (const lane of LANE_NAMES) {
    await expect(page.locator(`[data-lane=${lane}]`).getByTestId('connection')).toHaveAttribute('data-state', 'live');
  }
  for (let seq = 1; seq <= 60; seq += 1) await publishTo(two.url, feedId, seq);
  await untilEvents(LANE_NAMES, 60);
  for (const lane of LANE_NAMES) {
    const seen = witness.seen(lane);
    const bytes = await shown(lane, 'bytes');
    // Polls go to both pods in turn, and are told of with the next answer of the same one.
    expect(Math.abs(bytes / seen.bytes - 1), `${lane}: ${bytes} B, the browser saw ${seen.bytes} B`).toBeLessThan(0.1);
  }
  await one.part.kill();
  for (let seq = 61; seq <= 120; seq += 1) await publishTo(two.url, feedId, seq);
  await untilEvents(WITH_CURSOR, 120);
  for (const lane of WITH_CURSOR) {
    expect(await shown(lane, 'missed'), lane).toBe(0);
    expect(await shown(lane, 'repeated'), lane).toBe(0);
  }
  await balancer.stop();
  await two.part.stop();
});
