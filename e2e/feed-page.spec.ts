import type { APIRequestContext, Page } from '@playwright/test';
import { untilRacing } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

/** Publishes one event as the demo's producer would, with a seq that makes loss countable. */
async function publish(request: APIRequestContext, id: string, seq: number, more: object = {}): Promise<void> {
  const data = { id, seq, producedAtMs: Date.now(), status: 'paid', ...more };
  const response = await request.post(`/api/feeds/${encodeURIComponent(id)}/events`, { data });
  expect(response.status()).toBe(201);
}

function figure(page: Page, name: string) {
  return page.getByTestId(name);
}

async function untilLive(page: Page): Promise<void> {
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
}

/** What is stored, the pod may not have read yet. */
async function untilRead(request: APIRequestContext, id: string, records: number): Promise<void> {
  const read = async (): Promise<unknown> => (await (await request.get(`/api/feeds?prefix=${id}`)).json()).feeds[0];
  await expect.poll(read).toMatchObject({ id, records });
}

test('a feed’s page shows each event as it comes: last value, tape, seq and latency', async ({
  page,
  request,
  feedId,
}) => {
  await page.goto(`/feeds/${feedId}`);
  await untilLive(page);
  for (let seq = 1; seq <= 20; seq += 1) await publish(request, feedId, seq, { note: `note ${seq}` });
  await expect(figure(page, 'events')).toHaveText('20');
  await expect(figure(page, 'last-seq')).toContainText('20');
  await expect(figure(page, 'missed')).toHaveText('0');
  await expect(figure(page, 'repeated')).toHaveText('0');
  await expect(figure(page, 'latency-p50')).toHaveText(/\d/);
  await expect(page.getByText('note 20').first()).toBeVisible();
  const seqs = await page
    .locator('[data-seq]')
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-seq'))));
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => 20 - index));
});

test('a feed’s page opens with its last value, which counts for no figure, and misses nothing that follows it', async ({
  page,
  request,
  feedId,
}) => {
  for (const seq of [1, 2, 3]) await publish(request, feedId, seq, { producedAtMs: Date.now() - 3_600_000 });
  await untilRead(request, feedId, 3);
  await page.goto(`/feeds/${feedId}`);
  await untilLive(page);
  await expect(figure(page, 'last-seq')).toContainText('3');
  await expect(figure(page, 'stored')).toBeVisible();
  await expect(figure(page, 'events')).toHaveText('0');
  await expect(page.locator('[data-kind=start] + [data-stored]')).toContainText('#3');
  await publish(request, feedId, 4);
  await expect(figure(page, 'last-seq')).toContainText('4');
  await expect(figure(page, 'stored')).toHaveCount(0);
  await expect(figure(page, 'events')).toHaveText('1');
  await expect(figure(page, 'missed')).toHaveText('0');
  await publish(request, feedId, 6);
  await expect(figure(page, 'missed')).toHaveText('1');
});

test('missed and repeated events are counted from the seq', async ({ page, request, feedId }) => {
  await page.goto(`/feeds/${feedId}`);
  await untilLive(page);
  for (const seq of [1, 2, 5, 5]) await publish(request, feedId, seq);
  await expect(figure(page, 'missed')).toHaveText('2');
  await expect(figure(page, 'repeated')).toHaveText('1');
  // A hole that is filled late is not missed any more.
  for (const seq of [3, 4]) await publish(request, feedId, seq);
  await expect(figure(page, 'missed')).toHaveText('0');
});

test('a value that is not an object is shown verbatim', async ({ page, request, feedId }) => {
  await page.goto(`/feeds/${feedId}`);
  await untilLive(page);
  await request.post(`/api/feeds/${feedId}/events`, {
    data: '"just a text"',
    headers: { 'content-type': 'application/json' },
  });
  await expect(page.getByTestId('last-value')).toContainText('just a text');
});

test('the list of feeds shows them as they come, and one of them live', async ({ page, request, feedId }) => {
  await publish(request, feedId, 1);
  await page.goto(`/feeds?feed=${feedId}`);
  await untilLive(page);
  await expect(page.getByText(feedId).first()).toBeVisible();
  await publish(request, feedId, 2);
  await expect(figure(page, 'last-seq')).toContainText('2');
});

test('any ID can be typed and watched before its first event', async ({ page, request, feedId }) => {
  const id = `${feedId}/ü?#%`;
  await page.goto('/feeds');
  // The list is there, so scripts run: before, the form itself would lead to the list with this feed beside it.
  await expect(page.getByText(/^\d+ in /)).toBeVisible();
  await page.getByLabel('Feed ID').fill(id);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/feeds/**');
  await untilLive(page);
  await publish(request, id, 7);
  await expect(figure(page, 'last-seq')).toContainText('7');
});

test('an ID that is too long or not UTF-8 gets a clear page', async ({ page }) => {
  await page.goto(`/feeds/${'a'.repeat(257)}`);
  await expect(page.getByText(/at most 256/)).toBeVisible();
  await page.goto('/feeds/%ff');
  await expect(page.getByText(/UTF-8/)).toBeVisible();
});

test('a feed that is over says so, and shows its last event also to who comes later', async ({
  page,
  request,
  feedId,
}) => {
  await publish(request, feedId, 1);
  await page.goto(`/feeds/${feedId}`);
  await untilLive(page);
  const last = { id: feedId, seq: 2, producedAtMs: Date.now(), status: 'delivered' };
  await request.post(`/api/feeds/${feedId}/events?end=1`, { data: last });
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'closed');
  await expect(page.getByTestId('connection')).toContainText('done');
  await expect(figure(page, 'last-seq')).toContainText('2');
  await page.reload();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'closed');
  await expect(figure(page, 'last-seq')).toContainText('2');
});

test('pausing keeps the connection and counts what is new', async ({ page, request, feedId }) => {
  await page.goto(`/feeds/${feedId}`);
  await untilLive(page);
  await publish(request, feedId, 1);
  await expect(figure(page, 'last-seq')).toContainText('1');
  await page.keyboard.press('Space');
  await publish(request, feedId, 2);
  await publish(request, feedId, 3);
  await expect(page.getByText(/2 new/)).toBeVisible();
  await page.keyboard.press('Space');
  await expect(figure(page, 'last-seq')).toContainText('3');
  await expect(figure(page, 'missed')).toHaveText('0');
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1440]) {
    test(`nothing overflows at ${width} px, ${colorScheme}`, async ({ page, request, feedId }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const path of [`/feeds?feed=${feedId}`, `/feeds/${feedId}`]) {
        await page.goto(path);
        await untilLive(page);
        await publish(request, feedId, 1, { note: 'x'.repeat(300) });
        await expect(figure(page, 'last-seq')).toContainText('1');
        const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflowPx).toBeLessThanOrEqual(0);
      }
    });
  }
}

test('the theme follows the system, and `t` toggles it for good', async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  // A key that is pressed before the page's scripts run is nobody's.
  await untilRacing(page);
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(background).not.toBe(light);
  await page.keyboard.press('t');
  await expect.poll(background).toBe(light);
  await page.reload();
  await expect.poll(background).toBe(light);
});
