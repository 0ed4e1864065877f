/** The faults drawer: every preset, and faults of one's own, on a broker and two pods of its own. */
import type { Page } from '@playwright/test';
import { PRESETS } from '#lib/client/presets/presets.ts';
import { useOwnDemo } from './browser/own-demo.ts';
import { laneCard, shown, untilRacing, untilState } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

const drawer = (page: Page) => page.getByRole('dialog', { name: 'Faults' });

test.describe('of a demo with two pods and a broker of its own', () => {
  const demo = useOwnDemo(180_000);

  async function openFaults(page: Page, query = ''): Promise<void> {
    await page.goto(`${demo().url}/${query}`);
    await untilRacing(page);
    await page.keyboard.press('f');
    await expect(drawer(page)).toBeVisible();
  }

  for (const preset of PRESETS) {
    const loses = preset.isDropping ? ', and the article’s way loses some' : '';
    test(`preset “${preset.title}”: Feedline loses nothing${loses}`, async ({ page }) => {
      await openFaults(page);
      const item = drawer(page).locator(`[data-preset=${preset.name}]`);
      await item.getByRole('button', { name: `Run: ${preset.title}` }).click({ timeout: 30_000 });
      const progress = item.getByTestId('preset-progress');
      await expect(progress).toHaveAttribute('data-state', /done|failed/, { timeout: 120_000 });
      await expect(progress).toHaveAttribute('data-state', 'done');
      const verdict = progress.getByRole('list');
      await expect(verdict).toHaveAttribute('data-missed', '0');
      const articleMissed = Number(await verdict.getAttribute('data-article-missed'));
      if (preset.isDropping) expect(articleMissed).toBeGreaterThan(0);
      else expect(articleMissed).toBe(0);
      await expect(verdict).toContainText(/\b0 lost/);
      if (preset.name.endsWith('-cut')) await expect(verdict).toContainText(/on: cut 0 times/);
      for (const lane of ['long-poll', 'poll'] as const) expect(await shown(page, lane, 'missed'), lane).toBe(0);
    });
  }

  test('a preset is done on one race: one that begins later on the same feed is left alone', async ({ page }) => {
    await openFaults(page);
    const item = drawer(page).locator('[data-preset=browser-drops]');
    const button = item.getByRole('button');
    await button.click({ timeout: 30_000 });
    await expect(button).toBeDisabled();
    await expect(button).toBeFocused();
    const progress = item.getByTestId('preset-progress');
    await expect(progress).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
    for (const traffic of ['Bursts', 'Steady']) {
      await page.getByRole('radio', { name: traffic }).click();
      await expect(page.getByTestId('verdict')).toContainText(`on race-${traffic.toLowerCase()}`);
    }
    await expect.poll(() => shown(page, 'sse', 'events')).toBeGreaterThan(5);
    await expect(progress).toHaveAttribute('data-state', 'done');
    expect(await shown(page, 'sse', 'requests')).toBe(1);
  });

  test('a drop of one’s own meets the lane it names, as often as it says, and no other', async ({ page }) => {
    await openFaults(page, '?feed=race-steady&rtt=0');
    await drawer(page).getByRole('combobox', { name: 'Lane' }).selectOption({ label: 'Feedline over SSE' });
    await drawer(page).getByRole('spinbutton', { name: 'How often' }).fill('2');
    const requests = await shown(page, 'sse', 'requests');
    const others = await shown(page, 'article', 'requests');
    await drawer(page).getByRole('button', { name: 'Do it' }).click();
    await expect(page.getByTestId('own-fault')).toContainText('on Feedline over SSE, 2 times');
    // One to carry the fault, and one behind each of its strikes.
    await expect.poll(() => shown(page, 'sse', 'requests'), { timeout: 30_000 }).toBe(requests + 3);
    await untilState(page, 'sse', 'live');
    expect(await shown(page, 'sse', 'missed')).toBe(0);
    expect(await shown(page, 'article', 'requests')).toBe(others);
  });

  test('a lost cursor is the one fault that Feedline pays for, and it shows what it has cost', async ({ page }) => {
    await openFaults(page, '?feed=race-steady&rtt=0');
    await expect.poll(() => shown(page, 'sse', 'events')).toBeGreaterThan(5);
    // What a lane misses is counted from the first event that it had.
    await expect.poll(() => shown(page, 'poll', 'events')).toBeGreaterThan(0);
    await drawer(page).getByRole('combobox', { name: 'Fault' }).selectOption('lose-cursor');
    await drawer(page).getByRole('combobox', { name: 'Lane' }).selectOption({ label: 'Naive polling' });
    await drawer(page).getByRole('button', { name: 'Do it' }).click();
    await expect.poll(() => shown(page, 'poll', 'missed'), { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await shown(page, 'sse', 'missed')).toBe(0);
  });

  test('a refused connection ends the article’s way for good, and Feedline comes back by itself', async ({ page }) => {
    await openFaults(page, '?feed=race-steady&rtt=0');
    await drawer(page).getByRole('combobox', { name: 'Fault' }).selectOption('refuse');
    await drawer(page).getByRole('combobox', { name: 'Lane' }).selectOption('all');
    await drawer(page).getByRole('button', { name: 'Do it' }).click();
    await untilState(page, 'article', 'closed');
    await untilState(page, 'sse', 'reconnecting');
    await untilState(page, 'sse', 'live');
    expect(await shown(page, 'sse', 'missed')).toBe(0);
    await expect(laneCard(page, 'article').getByTestId('connection')).toContainText('failed');
  });

  test('a pod can be killed from the drawer, and f closes it while the page goes on', async ({ page }) => {
    await openFaults(page, '?feed=race-steady&rtt=0');
    const pid = demo().pid('pod-1');
    await drawer(page).getByRole('button', { name: 'Kill it: pod-1' }).click({ timeout: 30_000 });
    await expect.poll(() => demo().pid('pod-1'), { timeout: 30_000 }).not.toBe(pid);
    await expect(drawer(page).getByTestId('last-outcome')).toContainText('pod-1 is ready again', { timeout: 30_000 });
    await page.keyboard.press('f');
    await expect(drawer(page)).toHaveCount(0);
    const before = await shown(page, 'sse', 'events');
    await expect.poll(() => shown(page, 'sse', 'events')).toBeGreaterThan(before);
    expect(await shown(page, 'sse', 'missed')).toBe(0);
  });
});

test('where there is one pod, what takes two is disabled and says why', async ({ page }) => {
  await page.goto('/?feed=race-steady&rtt=0');
  await untilRacing(page);
  await page.keyboard.press('f');
  const item = drawer(page).locator('[data-preset=event-elsewhere]');
  await expect(item.getByRole('button')).toBeDisabled();
  await expect(item).toContainText('It takes two pods');
  await expect(drawer(page).getByRole('button', { name: 'Kill the broker for 5 s' })).toBeDisabled();
});
