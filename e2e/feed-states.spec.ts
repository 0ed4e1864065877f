/** What a feed's page shows where there is nothing yet, no signal, no way, or no more to come. */
import type { Page } from '@playwright/test';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { untilReady } from '#scripts/server/start-server.ts';
import { SeverableProxy } from '#scripts/testing/severable-proxy.ts';
import { publishTo, startDemoServer } from './browser/demo-server.ts';
import { expect, test } from './fixtures.ts';

const untilState = (page: Page, state: string) =>
  expect(page.getByTestId('connection')).toHaveAttribute('data-state', state, { timeout: 30_000 });
const sentence = (page: Page) => page.getByTestId('connection-sentence');
const seconds = async (page: Page, state: string): Promise<number> =>
  Number(await page.locator(`[data-block=${state}]`).first().getAttribute('data-seconds'));

async function startPod(env: Readonly<Record<string, string>> = {}) {
  const pod = await startDemoServer({ RECORD_LOG: 'memory', PING_MS: '400', ...env });
  await untilReady(pod.part, pod.url);
  return pod;
}

test('a feed that never had an event says so in every part of its page', async ({ page, feedId }) => {
  await page.goto(`/feeds/${feedId}`);
  await untilState(page, 'live');
  await expect(page.getByTestId('no-event')).toHaveText('No event yet. The next change of this ID shows here at once.');
  await expect(page.getByRole('log')).toContainText(/Nothing has come yet|Watching began/);
  await expect(page.getByTestId('no-resumes')).toBeVisible();
  await expect(sentence(page)).toHaveText('Live: each event shows as it comes.');
  await expect.poll(() => seconds(page, 'live')).toBeGreaterThan(0);
});

test('while the server cannot say where the feed stands, the page says that it is connecting', async ({
  page,
  feedId,
}) => {
  const nobody = `${LOOPBACK}:${await freePort()}`;
  const { part, url } = await startDemoServer({ KAFKA_BROKERS: nobody, KAFKA_TOPICS: 'orders' });
  await expect
    .poll(() =>
      fetch(`${url}/healthz`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
  await page.goto(`${url}/feeds/${feedId}`);
  await untilState(page, 'connecting');
  await expect(page.getByTestId('no-event')).toContainText('Connecting…');
  await expect(sentence(page)).toContainText('Connecting: the server has not said yet');
  await expect.poll(() => seconds(page, 'connecting')).toBeGreaterThan(0);
  await part.stop();
});

test('no signal, and then a resume, are told by the strip and by the list of resumes', async ({ page, feedId }) => {
  // Of no signal for longer than a second at least one block tells.
  const pod = await startPod({ PING_MS: '1500' });
  const proxy = await SeverableProxy.start(pod.url);
  await page.goto(`${proxy.url}/feeds/${feedId}`);
  await untilState(page, 'live');
  await publishTo(pod.url, feedId, 1);
  await expect(page.getByTestId('events')).toHaveText('1');
  proxy.freeze();
  for (const seq of [2, 3, 4]) await publishTo(pod.url, feedId, seq);
  await untilState(page, 'stale');
  await expect(sentence(page)).toContainText('No signal: what is shown may be old');
  await untilState(page, 'live');
  const resume = page.locator('[data-resume=cut]');
  await expect(resume).toHaveText(/Resumed after .* m?s: 3 replayed, 0 missed so far$/);
  await publishTo(pod.url, feedId, 5);
  await expect(resume).toHaveText(/Resumed after .* m?s: 3 replayed, 0 missed$/);
  await expect.poll(() => seconds(page, 'stale')).toBeGreaterThan(0);
  await expect.poll(() => seconds(page, 'live')).toBeGreaterThan(0);
  await expect(page.getByTestId('connection-strip')).toHaveAttribute('aria-label', /live for \d+ s, .*; 5 events\./i);
  await proxy.stop();
  await pod.part.stop();
});

test('a cut is listed with what was replayed, and with what is really gone', async ({ page, feedId }) => {
  const pod = await startPod();
  const proxy = await SeverableProxy.start(pod.url);
  await page.goto(`${proxy.url}/feeds/${feedId}`);
  await untilState(page, 'live');
  await publishTo(pod.url, feedId, 1);
  await expect(page.getByTestId('events')).toHaveText('1');
  proxy.sever();
  await untilState(page, 'reconnecting');
  await expect(sentence(page)).toContainText('Reconnecting: what comes meanwhile is in the record log');
  // Its log dies with the pod: another one cannot know what was in it.
  await pod.part.kill();
  const again = await startDemoServer({ RECORD_LOG: 'memory', PING_MS: '400' }, Number(new URL(pod.url).port));
  await untilReady(again.part, again.url);
  proxy.restore();
  await untilState(page, 'live');
  await publishTo(again.url, feedId, 4);
  const resume = page.locator('[data-resume=cut]');
  await expect(resume).toHaveCount(1);
  await expect(resume).toContainText(/0 replayed, 2 missed/);
  await expect(resume).toContainText('of another record log');
  await proxy.stop();
  await again.part.stop();
});

test('planned rotations are listed as what they are', async ({ page, feedId }) => {
  const pod = await startPod({ PING_MS: '200', STREAM_MAX_AGE_MS: '1000' });
  await page.goto(`${pod.url}/feeds/${feedId}`);
  await untilState(page, 'live');
  await expect(page.locator('[data-resume=rotated]').first()).toHaveText(/Planned rotation, resumed after \d+ ms: /);
  await expect(page.locator('[data-resume=cut]')).toHaveCount(0);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await pod.part.stop();
});

test('a feed that the server refuses says why, and what to do', async ({ page, feedId }) => {
  const pod = await startPod();
  const proxy = await SeverableProxy.start(pod.url);
  await page.goto(`${proxy.url}/feeds/${feedId}`);
  await untilState(page, 'live');
  proxy.refuse(403, {});
  await untilState(page, 'closed');
  await expect(page.getByTestId('connection')).toContainText('Closed: failed');
  await expect(sentence(page)).toContainText('Failed: the server refuses this feed');
  await expect(page.getByTestId('no-event')).toContainText('Failed');
  await expect(page.getByText('the server answered with status 403')).toBeVisible();
  await expect.poll(() => seconds(page, 'closed')).toBeGreaterThan(0);
  proxy.restore();
  await page.getByRole('button', { name: 'Retry now' }).click();
  await untilState(page, 'live');
  await proxy.stop();
  await pod.part.stop();
});

test('a feed that is over says that nothing will follow', async ({ page, feedId }) => {
  const pod = await startPod();
  await publishTo(pod.url, feedId, 1, '?end=1');
  await page.goto(`${pod.url}/feeds/${feedId}`);
  await untilState(page, 'closed');
  await expect(sentence(page)).toHaveText('This feed is over: no event will ever follow.');
  await expect(page.getByTestId('last-seq')).toHaveText('1');
  await expect(page.getByTestId('stage-strip')).toContainText('stored');
  await pod.part.stop();
});
