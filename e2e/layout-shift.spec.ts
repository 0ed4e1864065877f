import type { Page } from '@playwright/test';
import { SeverableProxy } from '#scripts/testing/severable-proxy.ts';
import { laneCard, publish, raceWith, seqsFrom, shown, untilRacing } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

const SHIFT_MAX = 0.01;
const WIDTHS = [360, 1440, 2560];
const EVENTS = 40;

test.skip(({ browserName }) => browserName !== 'chromium', 'Only Chromium tells of layout shifts.');

interface Shift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly { readonly node?: Element | null }[];
}

/** Every shift since the page was opened that nobody asked for, each with what moved: their sum, not only the worst window. */
async function shifts(page: Page): Promise<readonly { readonly value: number; readonly moved: string }[]> {
  return page.evaluate(async () => {
    const entries = await new Promise<Shift[]>((resolve) => {
      const found: Shift[] = [];
      new PerformanceObserver((list) => found.push(...(list.getEntries() as Shift[]))).observe({
        type: 'layout-shift',
        buffered: true,
      });
      // What is buffered is told before the second frame from now.
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(found)));
    });
    return entries
      .filter(({ hadRecentInput }) => !hadRecentInput)
      .map(({ value, sources }) => ({
        value,
        moved: sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? '?').join('  '),
      }));
  });
}

async function expectStill(page: Page): Promise<void> {
  const all = await shifts(page);
  const sum = all.reduce((total, { value }) => total + value, 0);
  expect(sum, all.map(({ value, moved }) => `${value.toFixed(4)} ${moved}`).join('\n')).toBeLessThanOrEqual(SHIFT_MAX);
}

for (const width of WIDTHS) {
  test(`the pods come without moving the page at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto('/ops');
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    await expect(page.locator('[data-pod][data-state=ready]').first()).toBeVisible();
    await expectStill(page);
  });

  test(`the race joins, runs and is judged without moving the page at ${width} px`, async ({
    page,
    request,
    feedId,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    await raceWith(page, { request, feedId, events: EVENTS });
    await expect.poll(() => shown(page, 'poll', 'requests')).toBeGreaterThan(10);
    await expect(page.getByTestId('verdict')).toContainText('p95');
    await expect(page.getByTestId('clock')).toContainText('right within');
    await expectStill(page);
  });

  test(`a lane that is cut and comes back does not move the page at ${width} px`, async ({ page, context, feedId }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`/?feed=${feedId}&rtt=0&interval=250`);
    await untilRacing(page);
    await context.setOffline(true);
    await expect(laneCard(page, 'poll').getByRole('button', { name: 'Retry now' })).toBeVisible();
    await expect(page.getByTestId('server-problem')).toBeVisible();
    await context.setOffline(false);
    await untilRacing(page);
    await expectStill(page);
  });

  test(`a feed that is cut and comes back does not move the page at ${width} px`, async ({ page, baseUrl, feedId }) => {
    const proxy = await SeverableProxy.start(baseUrl);
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${proxy.url}/feeds/${feedId}`);
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    proxy.sever();
    await expect(page.getByRole('button', { name: 'Retry now' })).toBeVisible();
    await expect(page.getByTestId('server-problem')).toBeVisible();
    proxy.restore();
    await expect(page.locator('[data-resume=cut]')).toBeVisible();
    await expectStill(page);
    await proxy.stop();
  });

  test(`a feed, and the list beside it, fill without moving the page at ${width} px`, async ({
    page,
    request,
    feedId,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    await publish(request, feedId, [1]);
    for (const path of [`/feeds?feed=${feedId}`, `/feeds/${feedId}`]) {
      await page.goto(path);
      await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
      await publish(request, feedId, seqsFrom(2, 5));
      await expect(page.getByTestId('last-seq')).toHaveText('5');
      await expectStill(page);
    }
  });
}
