import { readFile } from 'node:fs/promises';
import { LANE_NAMES } from '#lib/client/lanes.ts';
import { publish, raceWith, seqsFrom } from './browser/race-page.ts';
import { expect, test } from './fixtures.ts';

test('a paused comparison is exported as it is shown: what is produced meanwhile is not held against the lanes', async ({
  page,
  request,
  feedId,
}) => {
  await raceWith(page, { request, feedId, events: 3 });
  await expect(page.getByTestId('produced')).toHaveAttribute('value', '3');
  await page.getByRole('button', { name: 'Pause' }).click();
  // The page itself counts what was produced, aside from its lanes: the event lies in an envelope in the answer's JSON.
  const isCounted = page.waitForResponse(
    async (response) =>
      response.status() === 200 &&
      response.url().includes('format=envelope') &&
      /seq\\*":5\b/.test(await response.text()),
  );
  await publish(request, feedId, seqsFrom(4, 5));
  await isCounted;
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const exported = JSON.parse(await readFile(await (await download).path(), 'utf8'));
  expect(exported.produced.events).toBe(3);
  for (const lane of LANE_NAMES) expect(exported.lanes[lane].events, lane).toBe(3);
});
