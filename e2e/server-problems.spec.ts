import { ensureTopic } from '#scripts/kafka/admin.ts';
import { startLocalKafka } from '#scripts/local-kafka.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { untilReady } from '#scripts/server/start-server.ts';
import { axeFindings } from './browser/axe.ts';
import { publishTo as publish, startDemoServer as start } from './browser/demo-server.ts';
import { expect, test } from './fixtures.ts';

test('with the in-process log every page says that it is not Kafka, in a landmark of its own', async ({
  page,
  feedId,
}) => {
  const { part, url } = await start({ RECORD_LOG: 'memory' });
  await untilReady(part, url);
  for (const path of ['/', `/feeds/${feedId}`]) {
    await page.goto(url + path);
    await expect(page.getByText('Not Kafka: in-process log')).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
  }
  await part.stop();
});

test('a page shows why the server is not ready, and goes live by itself once the broker comes', async ({
  page,
  feedId,
}) => {
  test.skip(Boolean(process.env.NO_LOCAL_KAFKA_REASON), process.env.NO_LOCAL_KAFKA_REASON);
  const port = await freePort();
  const brokers = [`${LOOPBACK}:${port}`];
  const { part, url } = await start({ KAFKA_BROKERS: brokers.join(','), KAFKA_TOPICS: 'orders' });
  await expect
    .poll(() =>
      fetch(`${url}/healthz`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
  await page.goto(`${url}/feeds/${feedId}`);
  await expect(page.getByTestId('server-problem')).toContainText('connecting to Kafka');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'connecting');
  const kafka = await startLocalKafka({ port });
  await ensureTopic(brokers, { topic: 'orders' });
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
  await expect(page.getByTestId('server-problem')).toHaveCount(0);
  await expect.poll(() => publish(url, feedId, 1)).toBe(201);
  await expect(page.getByTestId('last-seq')).toContainText('1');
  await part.stop();
  await kafka.stop();
});

test('a server that is killed and started again is reconnected to by itself, and the page says what happened', async ({
  page,
  feedId,
}) => {
  const first = await start({ RECORD_LOG: 'memory' });
  await untilReady(first.part, first.url);
  await page.goto(`${first.url}/feeds/${feedId}`);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await first.part.kill();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'reconnecting');
  const port = Number(new URL(first.url).port);
  const again = await start({ RECORD_LOG: 'memory' }, port);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
  // The in-process log of before is gone: that is a gap, in words.
  await expect(page.locator('[data-kind=gap]')).toHaveCount(1);
  await again.part.stop();
});

test('after a restart every lane of the race that has a cursor says what is gone, and the race goes on', async ({
  page,
  feedId,
}) => {
  const first = await start({ RECORD_LOG: 'memory' });
  await untilReady(first.part, first.url);
  await page.goto(`${first.url}/?feed=${feedId}&rtt=0&interval=250`);
  const lane = (name: string) => page.locator(`[data-lane=${name}]`);
  const badge = (name: string) => lane(name).getByTestId('connection');
  const withCursor = ['sse', 'long-poll', 'poll'];
  for (const name of withCursor) await expect(badge(name)).toHaveAttribute('data-state', 'live');
  await publish(first.url, feedId, 1);
  for (const name of withCursor) await expect(lane(name).getByTestId('events')).toHaveText('1');
  await first.part.kill();
  for (const name of withCursor) await expect(badge(name)).toHaveAttribute('data-state', 'reconnecting');
  const again = await start({ RECORD_LOG: 'memory' }, Number(new URL(first.url).port));
  for (const name of withCursor) {
    await expect(badge(name)).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
    await expect(lane(name).locator('[data-kind=gap]')).toContainText('of another record log');
  }
  await publish(again.url, feedId, 2);
  for (const name of withCursor) await expect(lane(name).getByTestId('events')).toHaveText('2');
  await again.part.stop();
});

test('outside the demo the race has no foil and adds no round trip, and says why', async ({ page, feedId }) => {
  const { part, url } = await start({ RECORD_LOG: 'memory', DEMO: '0' });
  await untilReady(part, url);
  await page.goto(url);
  await expect(page.locator('[data-lane]')).toHaveCount(0);
  await page.getByLabel('Own feed').fill(feedId);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-lane]')).toHaveCount(3);
  for (const badge of await page.getByTestId('connection').all()) {
    await expect(badge).toHaveAttribute('data-state', 'live');
  }
  await expect(page.getByTestId('verdict')).toContainText('no added round trip');
  await expect(page.getByText('Only the demo (DEMO=1) can add one')).toBeVisible();
  await part.stop();
});

test('streams that the server ends for their age do not flicker the badge, and lose nothing', async ({
  page,
  feedId,
}) => {
  const { part, url } = await start({ RECORD_LOG: 'memory', PING_MS: '200', STREAM_MAX_AGE_MS: '1000' });
  await untilReady(part, url);
  await page.goto(`${url}/feeds/${feedId}`);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  const states = await page.getByTestId('connection').evaluateHandle((badge) => {
    const seen: string[] = [];
    new MutationObserver(() => seen.push(badge.getAttribute('data-state') ?? '')).observe(badge, {
      attributeFilter: ['data-state'],
    });
    return seen;
  });
  let rotations = 0;
  page.on('request', (request) => {
    if (request.url().includes('/stream')) rotations += 1;
  });
  let seq = 0;
  await expect
    .poll(
      async () => {
        seq += 1;
        await publish(url, feedId, seq);
        return rotations;
      },
      { intervals: [20], timeout: 30_000 },
    )
    .toBeGreaterThan(3);
  await expect(page.getByTestId('events')).toHaveText(String(seq));
  await expect(page.getByTestId('missed')).toHaveText('0');
  await expect(page.getByTestId('repeated')).toHaveText('0');
  expect(await states.jsonValue()).toEqual([]);
  await part.stop();
});
