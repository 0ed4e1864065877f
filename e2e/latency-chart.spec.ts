import { LANE_NAMES } from '#lib/client/lanes.ts';
import { raceWith } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

const EVENTS = 5;

test('the latency chart has a table, and keys move its crosshair from event to event, also while it is paused', async ({
  page,
  request,
  feedId,
}) => {
  await raceWith(page, { request, feedId, events: EVENTS });
  const chart = page.getByTestId('lanes-chart');

  await chart.getByRole('button', { name: 'Show as table' }).click();
  for (const lane of LANE_NAMES) {
    const cell = (column: string) => chart.locator(`[data-table-row="${lane}"] [data-column="${column}"]`);
    await expect(cell('Events')).toHaveText(String(EVENTS));
    for (const column of ['Half within', '95 % within', 'Slowest'])
      await expect(cell(column)).toHaveText(/^[\d,.]+ ms$/);
  }

  await chart.getByRole('button', { name: 'Hide table' }).blur();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  const crosshair = chart.getByRole('slider', { name: 'Crosshair' });
  await crosshair.focus();
  const said: (string | null)[] = [];
  for (let step = 0; step < EVENTS; step += 1) {
    await page.keyboard.press('ArrowLeft');
    said.push(await crosshair.getAttribute('aria-valuetext'));
  }
  for (const words of said) {
    expect(words).toMatch(/SSE \d+ ms · Long poll \d+ ms · Naive poll [\d,]+ ms · Article \d+ ms/);
  }
  expect(new Set(said).size).toBe(EVENTS);
  await expect(chart.getByTestId('crosshair')).toHaveText(said.at(-1) ?? '');
  await page.keyboard.press('End');
  await expect(crosshair).toHaveAttribute('aria-valuetext', said[0] ?? '');
  await page.keyboard.press('Escape');
  await expect(crosshair).toHaveAttribute('aria-valuetext', 'none');
});
