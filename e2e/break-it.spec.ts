/** The three disasters of the compare page, for real: a broker of its own, two pods, and the launcher that kills them. */
import { LANE_NAMES } from '#lib/client/lanes.ts';
import { useOwnDemo } from './browser/own-demo.ts';
import { shown, untilRacing } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

test.describe('of a demo with two pods and a broker of its own', () => {
  const demo = useOwnDemo(240_000);

  test('b breaks the connection, the pod and the broker: Feedline shows all that was produced, and the article’s way lost some', async ({
    page,
  }) => {
    await page.goto(demo().url);
    await untilRacing(page);
    const before = [demo().pid('pod-1'), demo().pid('pod-2')];
    await page.keyboard.press('b');
    const step = (name: string) => page.locator(`[data-disaster=${name}]`);
    await expect(step('drop')).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
    await expect(step('kill-pod')).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
    await expect.poll(() => [demo().pid('pod-1'), demo().pid('pod-2')], { timeout: 30_000 }).not.toEqual(before);
    await expect(step('kill-broker')).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
    const result = page.getByTestId('break-result');
    await expect(result).toBeVisible({ timeout: 90_000 });
    const words = /^3 disasters · ([\d,]+) produced · ([\d,]+) shown · the article’s way lost ([\d,]+)$/;
    await expect(result).toHaveText(words);
    const [, produced, showed, lost] = words.exec((await result.textContent()) ?? '') ?? [];
    expect(showed).toBe(produced);
    expect(Number(produced?.replace(',', ''))).toBeGreaterThan(150);
    expect(Number(lost?.replace(',', ''))).toBeGreaterThan(0);
    for (const lane of LANE_NAMES.filter((name) => name !== 'article')) {
      expect(await shown(page, lane, 'missed'), lane).toBe(0);
      expect(await shown(page, lane, 'repeated'), lane).toBe(0);
    }
  });

  test('the link with ?tour breaks it by itself, and it can be ended without ending the race', async ({ page }) => {
    await page.goto(`${demo().url}/?tour`);
    await expect(page.getByTestId('break')).toBeVisible();
    await untilRacing(page);
    await page.getByRole('button', { name: 'End', exact: true }).press('Enter');
    await expect(page.getByTestId('break')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Break it' })).toBeFocused();
    await expect.poll(() => shown(page, 'sse', 'events')).toBeGreaterThan(0);
  });

  test('one race is broken: under other conditions the next one is left alone', async ({ page }) => {
    await page.goto(`${demo().url}/?tour`);
    await expect(page.getByTestId('break')).toBeVisible();
    await page.getByRole('radio', { name: 'Steady' }).click();
    await expect(page.getByTestId('verdict')).toContainText('on race-steady');
    await expect(page.getByTestId('break')).toHaveCount(0);
    const button = page.getByRole('button', { name: 'Break it' });
    await button.click();
    await expect(page.getByTestId('break')).toBeVisible();
    await expect(button).toBeFocused();
  });
});
