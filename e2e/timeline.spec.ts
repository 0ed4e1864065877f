import type { Locator, Page } from '@playwright/test';
import { LANE_NAMES, type LaneName } from '#lib/client/lanes.ts';
import { SeverableProxy } from '#scripts/testing/severable-proxy.ts';
import { publish, seqsFrom, shown, untilRacing, untilShown, untilState } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

const BURST = 30;

const row = (page: Page, name: LaneName | 'produced'): Locator =>
  page.getByTestId('timeline').locator(`[data-row="${name}"]`);

/** A number of a row, as it stands in the picture. */
async function drawn(page: Page, name: LaneName | 'produced', number: string): Promise<number> {
  return Number(await row(page, name).getAttribute(`data-${number}`));
}

/** How many marks of a kind the picture has. */
async function marks(page: Page, name: LaneName | 'produced', mark: string): Promise<number> {
  const path = await row(page, name).locator(`[data-mark="${mark}"]`).first().getAttribute('d');
  return (path ?? '').split('M').length - 1;
}

async function untilDrawn(page: Page, name: LaneName | 'produced', number: string, value: number): Promise<void> {
  await expect.poll(() => drawn(page, name, number), { message: `${number} of ${name}` }).toBe(value);
}

/** Time enough for a picture that is not frozen to be drawn again. */
async function framesPass(page: Page, frames: number): Promise<void> {
  await page.evaluate(async (count) => {
    for (let frame = 0; frame < count; frame += 1) await new Promise(requestAnimationFrame);
  }, frames);
}

test('a burst stands in every row, empty polls are hollow, the table has the same numbers, and a pause freezes all', async ({
  page,
  request,
  feedId,
}) => {
  await page.setViewportSize({ width: 360, height: 900 });
  await page.goto(`/?feed=${feedId}&rtt=0&interval=1000`);
  await untilRacing(page);
  const timeline = page.getByTestId('timeline');
  await timeline.scrollIntoViewIfNeeded();
  await publish(request, feedId, seqsFrom(1, BURST));
  for (const name of ['produced', ...LANE_NAMES] as const) await untilDrawn(page, name, 'events', BURST);
  await expect.poll(() => drawn(page, 'poll', 'empty')).toBeGreaterThan(2);

  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await publish(request, feedId, [BURST + 1]);
  await framesPass(page, 30);
  expect(await drawn(page, 'produced', 'events')).toBe(BURST);

  await timeline.getByRole('button', { name: 'Show as table' }).focus();
  await page.keyboard.press('Enter');
  const table = timeline.getByRole('table');
  await expect(table).toBeVisible();

  for (const name of ['produced', ...LANE_NAMES] as const) {
    const cell = (column: string) => table.locator(`[data-table-row="${name}"] [data-column="${column}"]`);
    await expect(cell('Events')).toHaveText(String(await drawn(page, name, 'events')));
    if (name === 'produced') continue;
    await expect(cell('Missed')).toHaveText('0');
    if (name === 'sse' || name === 'article') continue;
    await expect(cell('Requests')).toHaveText(String(await drawn(page, name, 'requests')));
    await expect(cell('Empty')).toHaveText(String(await drawn(page, name, 'empty')));
  }
  const [empty, requests] = [await drawn(page, 'poll', 'empty'), await drawn(page, 'poll', 'requests')];
  expect(await marks(page, 'poll', 'tick-empty')).toBe(empty);
  // One may be under way, which is neither.
  expect(requests - empty - (await marks(page, 'poll', 'tick'))).toBeLessThanOrEqual(1);
  expect(await marks(page, 'sse', 'link')).toBe(1);
  expect(await marks(page, 'long-poll', 'bar')).toBeGreaterThan(0);
  await expect(timeline).toHaveAccessibleName(new RegExp(`In the last 20 s: ${BURST} events produced.`));

  const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflowPx).toBeLessThanOrEqual(0);

  await page.getByRole('button', { name: 'Resume' }).click();
  await timeline.scrollIntoViewIfNeeded();
  await untilDrawn(page, 'sse', 'events', BURST + 1);
});

test('a cut is a hole that Feedline’s missed events fall into after it, and the foil’s stay red rings', async ({
  page,
  request,
  baseUrl,
  feedId,
}) => {
  const proxy = await SeverableProxy.start(baseUrl);
  await page.goto(`${proxy.url}/?feed=${feedId}&rtt=0&interval=250`);
  await untilRacing(page);
  await page.getByTestId('timeline').scrollIntoViewIfNeeded();
  await publish(request, feedId, seqsFrom(1, 5));
  for (const name of LANE_NAMES) await untilShown(page, name, 'events', 5);
  proxy.sever();
  for (const name of LANE_NAMES) await untilState(page, name, 'reconnecting');
  await publish(request, feedId, seqsFrom(6, 15));
  proxy.restore();
  await untilRacing(page);
  await publish(request, feedId, [16]);
  await untilShown(page, 'article', 'missed', 10);
  await untilDrawn(page, 'article', 'missed', 10);
  await untilDrawn(page, 'sse', 'events', 16);
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  expect(await drawn(page, 'produced', 'events')).toBe(16);
  expect(await drawn(page, 'article', 'events')).toBe(6);
  expect(await marks(page, 'article', 'missed')).toBe(10);
  expect(await marks(page, 'article', 'hole')).toBeGreaterThan(0);
  for (const name of ['sse', 'long-poll', 'poll'] as const) expect(await drawn(page, name, 'missed'), name).toBe(0);
  expect(await marks(page, 'sse', 'link')).toBe(2);
  expect(await drawn(page, 'poll', 'failed')).toBeGreaterThan(0);
  expect(await shown(page, 'poll', 'missed')).toBe(0);
  await proxy.stop();
});
