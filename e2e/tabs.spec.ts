import type { APIRequestContext, Page } from '@playwright/test';
import { TabbedChromium } from './browser/tabbed-chromium.ts';
import { expect, test } from './fixtures.ts';

const ALL_LIVE = ['live', 'live', 'live', 'live'];
const ALL_HIDDEN = ['closed', 'closed', 'closed', 'closed'];

async function publish(request: APIRequestContext, id: string, seq: number): Promise<void> {
  const data = { id, seq, producedAtMs: Date.now() };
  expect((await request.post(`/api/feeds/${id}/events`, { data })).status()).toBe(201);
}

const states = (page: Page) =>
  page.locator('[data-state]').evaluateAll((badges) => badges.map((badge) => badge.getAttribute('data-state')));

test('three tabs of the race and two of a feed load at once: one races, the others hold none, and one connection is free', async ({
  context,
  request,
  baseUrl,
  feedId,
}) => {
  const open = async (path: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(path);
    return page;
  };
  const race = await open(`/?feed=${feedId}`);
  await expect.poll(() => states(race)).toEqual(ALL_LIVE);
  const second = await open(`/?feed=${feedId}`);
  const third = await open(`/?feed=${feedId}`);
  const feeds = [await open(`/feeds/${feedId}`), await open(`/feeds/${feedId}-b`)];
  for (const page of [second, third]) {
    await expect(page.getByTestId('race-elsewhere')).toContainText('The race runs in another tab');
    expect(await states(page)).toEqual([]);
  }
  for (const page of feeds) await expect.poll(() => states(page)).toEqual(['live']);
  expect(await states(race)).toEqual(ALL_LIVE);
  // Five are held now: a sixth feed says that it waits, and yet its page has loaded, over the one that is free.
  const waiting = await open(`/feeds/${feedId}-c`);
  await expect(waiting.getByText('other tabs hold all the connections')).toBeVisible();
  await publish(request, `${feedId}-b`, 1);
  await expect(feeds[1]?.getByTestId('events') ?? waiting.locator('nothing')).toHaveText('1');
  // One is given back: the one that waited takes it.
  await feeds[0]?.close();
  await expect.poll(() => states(waiting)).toEqual(['live']);

  await second.getByRole('button', { name: 'Take over here' }).click();
  await expect.poll(() => states(second)).toEqual(ALL_LIVE);
  await expect(race.getByTestId('race-elsewhere')).toBeVisible();
  await race.close();
  await second.close();
  // The one that is left begins by itself.
  await expect.poll(() => states(third)).toEqual(ALL_LIVE);
  expect(new URL(third.url()).origin).toBe(baseUrl);
});

test('a hidden tab holds no connection, and misses nothing when it is shown again', async ({
  request,
  baseUrl,
  feedId,
}) => {
  const chromium = await TabbedChromium.launch();
  const tab = await chromium.open(`${baseUrl}/?feed=${feedId}&rtt=0&interval=250`);
  const figures = (name: string) =>
    tab.evaluate(`[...document.querySelectorAll('[data-testid=${name}]')].map((figure) => figure.value)`);
  await expect.poll(() => tab.states()).toEqual(ALL_LIVE);
  await publish(request, feedId, 1);
  await expect.poll(() => figures('events')).toEqual(['1', '1', '1', '1']);

  const other = await chromium.open(`${baseUrl}/?feed=${feedId}`);
  // Hidden, the first tab has let go of the race too: so this one races.
  await expect.poll(() => tab.states()).toEqual(ALL_HIDDEN);
  await expect.poll(() => other.states()).toEqual(ALL_LIVE);
  for (const seq of [2, 3, 4]) await publish(request, feedId, seq);
  // A tab that is closed may give its turn back a moment after the next one is shown: here somebody has it so long.
  await tab.evaluate(
    "void navigator.locks.request('feedline-race', () => new Promise((end) => { window.giveBack = end; }))",
  );
  await other.close();
  await expect.poll(() => tab.evaluate('typeof window.giveBack')).toBe('function');
  await tab.bringToFront();
  await tab.evaluate('window.giveBack()');
  await expect.poll(() => tab.states()).toEqual(ALL_LIVE);
  await expect.poll(() => figures('events')).toEqual(['4', '4', '4', '1']);
  await publish(request, feedId, 5);
  // The foil has no cursor: what passed meanwhile is not in it, but the page did not ask for it either.
  await expect.poll(() => figures('events')).toEqual(['5', '5', '5', '2']);
  expect(await figures('missed')).toEqual(['0', '0', '0', '0']);
  expect(await figures('repeated')).toEqual(['0', '0', '0', '0']);
  await chromium.close();
});
