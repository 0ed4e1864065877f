import { setTimeout as delay } from 'node:timers/promises';
import { expect, type Page } from '@playwright/test';

/** The longest that any of it may take. */
const LONGEST_MS = 120_000;
/** How many events fill the charts of the last minute, and the timeline. */
const EVENTS_MIN = 300;
/** How many let the race beside a fault be judged. */
const FAULTS_MIN = 200;
/** How many fill the tape of a feed. */
const TAPE_MIN = 21;
/** Until a figure over time has a past to show; there is no condition for it. */
const PAST_MS = 12_000;

/** The widths of the screens, px. */
export type ScreenWidth = 1440 | 360;

export interface Shot {
  readonly name: string;
  readonly path: string;
  /** How high the window is, on each screen. */
  readonly heightPx: Readonly<Record<ScreenWidth, number>>;
  /** Brings the page to what the picture is of. */
  readonly pose: (page: Page) => Promise<void>;
}

export const SHOTS: readonly Shot[] = [
  { name: 'compare', path: '/', heightPx: { 1440: 1690, 360: 1500 }, pose: untilRaced },
  { name: 'feeds', path: '/feeds', heightPx: { 1440: 1000, 360: 1100 }, pose: untilListed },
  { name: 'feeds-none', path: '/feeds', heightPx: { 1440: 1000, 360: 1100 }, pose: findNothing },
  { name: 'feed', path: '/feeds/1234', heightPx: { 1440: 1050, 360: 1700 }, pose: selectEvent },
  { name: 'faults', path: '/', heightPx: { 1440: 1000, 360: 1100 }, pose: runPreset },
  { name: 'break', path: '/', heightPx: { 1440: 1860, 360: 1300 }, pose: breakIt },
  { name: 'ops', path: '/ops', heightPx: { 1440: 900, 360: 1500 }, pose: killPod },
];

async function untilRaced(page: Page): Promise<void> {
  await untilLive(page);
  await untilProduced(page, EVENTS_MIN);
}

async function untilProduced(page: Page, events: number): Promise<void> {
  const produced = async () => Number(await page.getByTestId('produced').getAttribute('value'));
  await expect.poll(produced, { timeout: LONGEST_MS }).toBeGreaterThan(events);
}

async function untilListed(page: Page): Promise<void> {
  await untilLive(page);
  await expect(page.locator('[data-feed]').first()).toBeVisible();
  await delay(PAST_MS);
}

async function findNothing(page: Page): Promise<void> {
  await untilListed(page);
  await page.getByRole('searchbox', { name: 'Find feeds by their ID' }).fill('order-9000');
  await expect(page.getByText('No recent feed has')).toBeVisible();
}

async function selectEvent(page: Page): Promise<void> {
  await untilLive(page);
  const received = async () => Number(await page.getByTestId('events').textContent());
  await expect.poll(received, { timeout: LONGEST_MS }).toBeGreaterThan(TAPE_MIN);
  await page.locator('[data-kind=event]').nth(4).click();
  // What is selected stays where it is, while newer events come above it.
  await delay(1000);
}

async function runPreset(page: Page): Promise<void> {
  await untilLive(page);
  await page.keyboard.press('f');
  const preset = page.getByRole('dialog', { name: 'Faults' }).locator('[data-preset=browser-drops]');
  await preset.getByRole('button').click();
  const progress = preset.getByTestId('preset-progress');
  await expect(progress).toHaveAttribute('data-state', 'done', { timeout: LONGEST_MS });
  // The race that it has begun needs some events until its verdict says anything.
  await untilProduced(page, FAULTS_MIN);
}

async function breakIt(page: Page): Promise<void> {
  await untilLive(page);
  await page.keyboard.press('b');
  await expect(page.getByTestId('break-result')).toBeVisible({ timeout: LONGEST_MS });
}

/** One pod has been killed, and is back. */
async function killPod(page: Page): Promise<void> {
  const pod = (name: string) => page.locator(`[data-pod="${name}"]`);
  const slow = { timeout: LONGEST_MS };
  for (const name of ['pod-1', 'pod-2']) await expect(pod(name)).toHaveAttribute('data-state', 'ready', slow);
  const isBack = page.getByRole('list', { name: 'What was done, newest first' }).getByText('pod-1 is ready again');
  const before = await isBack.count();
  await page.getByRole('button', { name: 'Kill this pod: pod-1' }).click();
  await expect(isBack).toHaveCount(before + 1, slow);
  for (const name of ['pod-1', 'pod-2']) await expect(pod(name)).toHaveAttribute('data-state', 'ready', slow);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live', slow);
  await delay(PAST_MS);
  await page.evaluate(() => scrollTo(0, 0));
}

/** All that has a connection has it. */
export async function untilLive(page: Page): Promise<void> {
  await page.locator('[data-state=live]').first().waitFor();
  await expect(page.locator('[data-state=connecting]')).toHaveCount(0);
}
