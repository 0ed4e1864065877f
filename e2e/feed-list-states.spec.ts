import { untilReady } from '#scripts/server/start-server.ts';
import { publishTo, startDemoServer } from './browser/demo-server.ts';
import { FeedsPage } from './browser/feeds-page.ts';
import { expect, test } from './fixtures.ts';

/** A server that has only the feeds of one test. */
async function startPod(port?: number): Promise<Awaited<ReturnType<typeof startDemoServer>>> {
  const pod = await startDemoServer({ RECORD_LOG: 'memory' }, port);
  await untilReady(pod.part, pod.url);
  return pod;
}

test('while there is no feed the list says so, and shows the first one as it comes', async ({ page }) => {
  const pod = await startPod();
  const feeds = new FeedsPage(page);
  await page.goto(`${pod.url}/feeds`);
  await expect(feeds.state).toHaveAttribute('data-state', 'ready');
  await expect(page.getByText('None yet.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'No feed has had a record yet' })).toBeVisible();
  await publishTo(pod.url, 'first', 1);
  await expect(feeds.row('first')).toContainText('"seq":1');
  await expect(page).toHaveURL(/feed=first$/);
  await pod.part.stop();
});

test('until the list has come it says that it is loading, and nothing moves as it comes', async ({ page }) => {
  const pod = await startPod();
  await publishTo(pod.url, 'first', 1);
  const feeds = new FeedsPage(page);
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/api/feeds?**', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${pod.url}/feeds?feed=first`);
  await expect(feeds.state).toHaveAttribute('data-state', 'loading');
  await expect(page.getByText('Loading the feeds…')).toBeAttached();
  const panel = page.getByRole('region', { name: 'Feeds' });
  const before = await panel.boundingBox();
  letGo();
  await expect(feeds.row('first')).toBeVisible();
  expect(await panel.boundingBox()).toEqual(before);
  await pod.part.stop();
});

test('a list that cannot be had says so, and comes by itself once it can', async ({ page }) => {
  const pod = await startPod();
  await publishTo(pod.url, 'first', 1);
  const feeds = new FeedsPage(page);
  await page.route('**/api/feeds?**', (route) => route.abort());
  await page.goto(`${pod.url}/feeds?feed=first`);
  await expect(feeds.state).toHaveAttribute('data-state', 'failed');
  await expect(page.getByText('The server does not answer. It is asked again every second.')).toBeVisible();
  await page.unroute('**/api/feeds?**');
  await expect(feeds.row('first')).toBeVisible();
  await expect(feeds.state).toHaveAttribute('data-state', 'ready');
  await pod.part.stop();
});

test('while the server is away the list stays, says as of when it is, and goes on when the server is back', async ({
  page,
}) => {
  const pod = await startPod();
  await publishTo(pod.url, 'first', 1);
  const feeds = new FeedsPage(page);
  await page.goto(`${pod.url}/feeds?feed=first`);
  await expect(feeds.row('first')).toBeVisible();
  await pod.part.kill();
  await expect(feeds.state).toHaveAttribute('data-state', 'stale');
  await expect(feeds.state).toHaveText(/not up to date · as of \d+ s ago/);
  await expect(feeds.row('first')).toBeVisible();
  const again = await startPod(Number(new URL(pod.url).port));
  await expect(feeds.state).toHaveAttribute('data-state', 'ready');
  await publishTo(again.url, 'second', 1);
  await expect(feeds.row('second')).toBeVisible();
  await again.part.stop();
});

test('an ID without an event is found by nobody, can be watched from the list, and its first event comes', async ({
  page,
}) => {
  const pod = await startPod();
  await publishTo(pod.url, 'first', 1);
  const feeds = new FeedsPage(page);
  await page.goto(`${pod.url}/feeds`);
  await feeds.search.fill('to come/ü?');
  await expect(page.getByText('No recent feed has “to come/ü?” in its ID.')).toBeVisible();
  await page.getByRole('link', { name: 'Watch “to come/ü?” before its first event' }).click();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await publishTo(pod.url, encodeURIComponent('to come/ü?'), 7);
  await expect(page.getByTestId('last-seq')).toContainText('7');
  await expect(feeds.row('to come/ü?')).toBeVisible();
  await expect(page.getByRole('link', { name: /^Watch “/ })).toHaveCount(0);
  await feeds.search.fill('x'.repeat(257));
  await expect(page.getByText(/at most 256/)).toBeVisible();
  await pod.part.stop();
});

test('under a pointer no row moves, until the order is renewed; without one the newest comes to the top', async ({
  page,
}) => {
  const pod = await startPod();
  for (const id of ['a', 'b', 'c']) await publishTo(pod.url, id, 1);
  const feeds = new FeedsPage(page);
  await page.goto(`${pod.url}/feeds?feed=a`);
  await expect.poll(() => feeds.shownIds()).toEqual(['c', 'b', 'a']);
  await feeds.row('b').hover();
  await publishTo(pod.url, 'a', 2);
  await publishTo(pod.url, 'd', 1);
  await expect(feeds.row('a')).toContainText('"seq":2');
  await expect(page.getByRole('button', { name: '1 new · reorder' })).toBeVisible();
  expect(await feeds.shownIds()).toEqual(['c', 'b', 'a']);
  await page.getByRole('button', { name: '1 new · reorder' }).click();
  expect(await feeds.shownIds()).toEqual(['d', 'a', 'c', 'b']);
  await publishTo(pod.url, 'b', 2);
  await expect.poll(() => feeds.shownIds()).toEqual(['b', 'd', 'a', 'c']);
  await feeds.row('d').focus();
  await publishTo(pod.url, 'c', 2);
  await expect(page.getByRole('button', { name: 'Reorder' })).toBeVisible();
  expect(await feeds.shownIds()).toEqual(['b', 'd', 'a', 'c']);
  await expect(feeds.row('d')).toBeFocused();
  await pod.part.stop();
});

test('a page that nobody sees does not ask for the list', async ({ page }) => {
  const pod = await startPod();
  const feeds = new FeedsPage(page);
  await page.clock.install();
  await page.addInitScript(() => {
    Object.defineProperty(document, 'hidden', { get: () => document.documentElement.dataset.hidden === 'true' });
  });
  await page.goto(`${pod.url}/feeds`);
  await expect(feeds.state).toHaveAttribute('data-state', 'ready');
  await page.evaluate(() => {
    document.documentElement.dataset.hidden = 'true';
  });
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/api/feeds?')) asked += 1;
  });
  await publishTo(pod.url, 'unseen', 1);
  await page.clock.runFor(20_000);
  expect(asked).toBe(0);
  await page.evaluate(() => {
    document.documentElement.dataset.hidden = 'false';
  });
  await page.clock.runFor(1_000);
  await expect(feeds.row('unseen')).toBeVisible();
  await pod.part.stop();
});

test('before scripts run the field of the top bar goes to any ID', async ({ browser, baseUrl, feedId }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(baseUrl);
  await page.getByLabel('Feed ID').fill(feedId);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/feeds\\?feed=${feedId}$`));
  await context.close();
});
