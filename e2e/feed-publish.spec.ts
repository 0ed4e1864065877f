import { untilReady } from '#scripts/server/start-server.ts';
import { startDemoServer } from './browser/demo-server.ts';
import { expect, test } from './fixtures.ts';

test('one event is published from a feed’s page, and shows there', async ({ page, feedId }) => {
  await page.goto(`/feeds/${feedId}`);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  const value = page.getByLabel('Value, as JSON');
  await value.fill('{ "status": "by hand" }');
  await value.press('Control+Enter');
  await expect(page.getByTestId('publish-result')).toContainText(/Stored: .*, partition \d+, offset \d+/);
  await expect(page.getByTestId('last-value')).toContainText('"status": "by hand"');
  await expect(page.getByTestId('last-value')).toContainText('"producedAtMs"');
  await expect(page.getByTestId('latency-p50')).toHaveText(/\d/);
});

test('what is not JSON is not sent, and a refusal is told in the server’s words', async ({ page, feedId }) => {
  await page.goto(`/feeds/${feedId}`);
  const posts: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
  const [value, result] = [page.getByLabel('Value, as JSON'), page.getByTestId('publish-result')];
  const publish = page.getByRole('button', { name: 'Publish' });
  await value.fill('{ status: paid }');
  await publish.click();
  await expect(result).toContainText('This is not JSON');
  await expect(value).toHaveAttribute('aria-invalid', 'true');
  expect(posts).toEqual([]);
  await value.fill(JSON.stringify({ note: 'x'.repeat(70_000) }));
  await publish.click();
  await expect(result).toContainText('At most 65536 bytes. (body-too-large)');
  expect(posts).toHaveLength(1);
});

test('the last event of a feed can be published from its page, which then says that the feed is over', async ({
  page,
  feedId,
}) => {
  await page.goto(`/feeds?feed=${feedId}`);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await page.getByLabel('as the last event (ends the feed)').check();
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByTestId('connection')).toContainText('Closed: done');
  await expect(page.getByTestId('connection-sentence')).toContainText('This feed is over');
  await expect(page.getByTestId('inspector').locator('[data-fact=headers]')).toContainText('feed-end: 1');
});

test('outside the demo nothing can be published from a page', async ({ page, feedId }) => {
  const { part, url } = await startDemoServer({ RECORD_LOG: 'memory', DEMO: '0' });
  await untilReady(part, url);
  for (const path of [`/feeds/${feedId}`, `/feeds?feed=${feedId}`]) {
    await page.goto(url + path);
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    await expect(page.getByTestId('snippet')).toBeVisible();
    await expect(page.getByRole('form', { name: 'Publish one event' })).toHaveCount(0);
  }
  await part.stop();
});
