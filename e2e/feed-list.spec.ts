import { randomUUID } from 'node:crypto';
import { FEED_LIST_MAX } from '#lib/protocol/constants.ts';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import type { Part } from '#scripts/process/part.ts';
import { untilReady } from '#scripts/server/start-server.ts';
import { publishTo, startDemoServer } from './browser/demo-server.ts';
import { FeedsPage } from './browser/feeds-page.ts';
import { expect, skipMissing, test } from './fixtures.ts';
import { sendValues } from './send-values.ts';

const EVICTED = 50;
const NEWEST = FEED_LIST_MAX + EVICTED - 1;
/** Rows that a list of any length may have in the document: those seen on a high screen, and some beyond each end. */
const ROWS_MAX = 60;
const ROW_PX = 52;
/** A quarter of a thousand rows. */
const STEP_PX = 250 * ROW_PX;
const id = (number: number): string => `order-${number}`;

test.describe('of more IDs than a pod remembers, in Kafka,', () => {
  test.describe.configure({ mode: 'serial' });
  let pod: { readonly part: Part; readonly url: string };

  test.beforeAll(async ({ browserName }) => {
    skipMissing(browserName);
    const brokers = process.env.TEST_KAFKA_BROKERS;
    test.skip(brokers === undefined, process.env.NO_BROKER_REASON);
    const topic = `feedline-list-${randomUUID()}`;
    const servers = (brokers ?? '').split(',');
    // One partition, so that the order in which a pod reads them is that in which they were sent.
    await ensureTopic(servers, { topic, partitions: 1 });
    pod = await startDemoServer({ KAFKA_BROKERS: brokers ?? '', KAFKA_TOPICS: topic });
    await untilReady(pod.part, pod.url);
    const values = Array.from({ length: NEWEST + 1 }, (_, number) => ({ key: id(number), value: `{"seq":${number}}` }));
    await sendValues(servers, topic, values);
    const newest = async (): Promise<unknown> => (await (await fetch(`${pod.url}/api/feeds?limit=1`)).json()).feeds[0];
    await expect.poll(newest).toMatchObject({ id: id(NEWEST) });
  });

  test.afterAll(() => pod?.part.stop());

  async function openFeeds(feeds: FeedsPage): Promise<void> {
    await feeds.page.goto(`${pod.url}/feeds?feed=${id(NEWEST)}`);
    await expect(feeds.state).toHaveText(/^10,000 in/);
  }

  test('each row has ID, rate, the last event and when it came', async ({ page }) => {
    const feeds = new FeedsPage(page);
    await openFeeds(feeds);
    await expect(feeds.rows.first()).toContainText(id(NEWEST));
    await expect(feeds.rows.first()).toContainText(`{"seq":${NEWEST}}`);
    await expect(feeds.rows.first()).toContainText(/[\d.]+\/s/);
    await expect(feeds.rows.first()).toContainText(/\d+ (s|min) ago/);
  });

  test('typing finds an ID far behind the newest ones, wherever in it the text stands', async ({ page }) => {
    const feeds = new FeedsPage(page);
    await openFeeds(feeds);
    await page.keyboard.press('/');
    await page.keyboard.type('77');
    await expect(feeds.rows.first()).toBeVisible();
    await page.keyboard.type('3');
    await page.keyboard.type('1');
    await expect(feeds.state).toHaveText('1 of 10,000');
    await expect(feeds.rows).toHaveText([/order-7731/]);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/feed=order-7731$/);
    await expect(page.getByRole('heading', { name: id(7731) })).toBeVisible();
  });

  test('an ID typed in full stands before those that begin with it', async ({ page }) => {
    const feeds = new FeedsPage(page);
    await openFeeds(feeds);
    await feeds.search.fill(id(500));
    await expect(feeds.state).toHaveText('11 of 10,000');
    expect((await feeds.shownIds())[0]).toBe(id(500));
  });

  test('the oldest are not listed any more, and can be watched all the same', async ({ page }) => {
    const feeds = new FeedsPage(page);
    await openFeeds(feeds);
    await feeds.search.fill(id(EVICTED));
    await expect(feeds.row(id(EVICTED))).toBeVisible();
    await feeds.search.fill(id(EVICTED - 1));
    await expect(feeds.row(id(EVICTED - 1))).toHaveCount(0);
    await page.getByRole('link', { name: `Watch “${id(EVICTED - 1)}”` }).click();
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    await expect(page.getByTestId('last-seq')).toContainText(`${EVICTED - 1}`);
  });

  test('arrows, Home, End and the page keys move the focus over all rows, and Enter opens the one that has it', async ({
    page,
  }) => {
    const feeds = new FeedsPage(page);
    await openFeeds(feeds);
    await feeds.search.focus();
    await page.keyboard.press('ArrowDown');
    await expect(feeds.row(id(NEWEST))).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(feeds.row(id(NEWEST - 1))).toBeFocused();
    await page.keyboard.press('End');
    await expect(feeds.row(id(EVICTED))).toBeFocused();
    await expect(feeds.row(id(EVICTED))).toBeInViewport();
    await page.keyboard.press('ArrowUp');
    await expect(feeds.row(id(EVICTED + 1))).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/feed=order-51$/);
    await page.keyboard.press('Home');
    await expect(feeds.row(id(NEWEST))).toBeFocused();
    await page.keyboard.press('PageDown');
    await expect(feeds.row(id(NEWEST))).not.toBeFocused();
    await page.keyboard.press('PageUp');
    await expect(feeds.row(id(NEWEST))).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await expect(feeds.search).toBeFocused();
  });

  test('scrolling through all of them keeps few rows in the document at every point, and the focus where it was', async ({
    page,
  }) => {
    const feeds = new FeedsPage(page);
    await openFeeds(feeds);
    await feeds.row(id(NEWEST)).focus();
    await page.evaluate(() => {
      const list = document.querySelector('[data-feed]')?.closest('ul');
      const count = (): void => {
        const most = Math.max(Number(document.body.dataset.most ?? 0), document.querySelectorAll('[data-feed]').length);
        document.body.dataset.most = String(most);
      };
      if (list) new MutationObserver(count).observe(list, { childList: true });
    });
    await feeds.rows.first().hover();
    for (let step = 1; step <= 39; step += 1) {
      await page.mouse.wheel(0, STEP_PX);
      await expect(feeds.row(id(NEWEST - (step * STEP_PX) / ROW_PX))).toBeInViewport();
      expect(await feeds.rows.count()).toBeLessThanOrEqual(ROWS_MAX);
    }
    await page.mouse.wheel(0, 2 * STEP_PX);
    await expect(feeds.row(id(EVICTED))).toBeInViewport();
    await expect(feeds.row(id(NEWEST))).toBeFocused();
    expect(Number(await page.locator('body').getAttribute('data-most'))).toBeLessThanOrEqual(ROWS_MAX);
  });

  test('by ID and by rate they are ordered as they say', async ({ page }) => {
    const feeds = new FeedsPage(page);
    await openFeeds(feeds);
    for (let seq = 1; seq <= 5; seq += 1) await publishTo(pod.url, id(4_321), seq);
    await feeds.order('Rate').click();
    await expect(feeds.order('Rate')).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(async () => (await feeds.shownIds())[0]).toBe(id(4_321));
    await feeds.order('ID').click();
    const byId = async (): Promise<string[]> => (await feeds.shownIds()).slice(0, 3);
    await expect.poll(byId).toEqual([id(EVICTED), id(EVICTED + 1), id(EVICTED + 2)]);
  });

  test('the field of the top bar suggests IDs as one types, and asks nothing before', async ({ page }) => {
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/api/feeds?')) asked.push(new URL(request.url()).search);
    });
    await page.goto(`${pod.url}/feeds/${id(NEWEST)}`);
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    const field = page.getByRole('combobox', { name: 'Feed ID' });
    await field.click();
    expect(asked).toEqual([]);
    await field.pressSequentially('order-88');
    await expect(page.getByRole('listbox', { name: 'Recent feeds' }).getByRole('option')).toHaveCount(20);
    await field.pressSequentially('99');
    await expect(page.getByRole('listbox', { name: 'Recent feeds' }).getByRole('option')).toHaveText([id(8_899)]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/feeds\/order-8899$/);
    await expect(page.getByRole('listbox', { name: 'Recent feeds' }).getByRole('option')).toHaveCount(0);
    expect(asked.every((query) => query.includes('limit=20'))).toBe(true);
  });
});
