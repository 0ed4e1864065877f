/** What the pages show to whom, with AUTH=jwt, and that a token that ends costs their reader nothing. */
import type { Page } from '@playwright/test';
import type { Part } from '#scripts/process/part.ts';
import { untilReady } from '#scripts/server/start-server.ts';
import { axeFindings } from './browser/axe.ts';
import { startDemoServer } from './browser/demo-server.ts';
import { RENEW_PATH, TeamApplication } from './browser/team-application.ts';
import { expect, skipMissing, test } from './fixtures.ts';
import { AUDIENCE, claimsOf, hmacToken, SECRET } from './server/tokens.ts';

const ENV = {
  RECORD_LOG: 'memory',
  PING_MS: '500',
  AUTH: 'jwt',
  AUTH_RENEW_URL: RENEW_PATH,
  JWT_SECRET: SECRET,
  JWT_AUDIENCE: AUDIENCE,
  JWT_CLOCK_SKEW_MS: '0',
};
const LIFE_MS = 4_000;

let part: Part;
let podUrl: string;
let application: TeamApplication;

test.beforeAll(async ({ browserName }) => {
  skipMissing(browserName);
  ({ part, url: podUrl } = await startDemoServer(ENV));
  await untilReady(part, podUrl);
});
test.afterAll(() => part?.stop());
test.beforeEach(async () => {
  application = await TeamApplication.start(podUrl);
});
test.afterEach(() => application.stop());

const tokenFor = (feeds: unknown, lifeMs = LIFE_MS): string =>
  hmacToken(claimsOf(feeds, { exp: (Date.now() + lifeMs) / 1_000 }));

async function publish(id: string, seq: number): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokenFor([id])}` };
  const body = JSON.stringify({ id, seq, producedAtMs: Date.now() });
  const response = await fetch(`${podUrl}/api/feeds/${id}/events`, { method: 'POST', headers, body });
  expect(response.status).toBe(201);
}

const badge = (page: Page) => page.getByTestId('connection');
const figure = (page: Page, name: string) => page.getByTestId(name);

/** A record every 50 ms until the undo is called, which tells how many there were. */
function publishing(id: string): () => Promise<number> {
  let seq = 0;
  let last = Promise.resolve();
  const timer = setInterval(() => {
    seq += 1;
    const mine = seq;
    last = last.then(() => publish(id, mine));
  }, 50);
  return async () => {
    clearInterval(timer);
    await last;
    return seq;
  };
}

test('over the ends of several tokens a page renews them by itself, and shows every event once', async ({
  page,
  feedId,
}) => {
  application.token = () => tokenFor([feedId]);
  await page.goto(`${application.url}/feeds/${feedId}`);
  // It comes without a cookie, and gets its first one in the same way.
  await expect(badge(page)).toHaveAttribute('data-state', 'live');
  expect(application.renewals).toBe(1);
  const end = publishing(feedId);
  await expect.poll(() => application.renewals, { timeout: 30_000 }).toBeGreaterThan(3);
  const sent = await end();
  await expect(figure(page, 'events')).toHaveText(String(sent));
  await expect(figure(page, 'missed')).toHaveText('0');
  await expect(figure(page, 'repeated')).toHaveText('0');
  // No script of the page can read the token.
  expect(await page.evaluate('document.cookie')).toBe('');
});

test('a session that ends is said in words, and a new one goes on where the old one stopped', async ({
  page,
  feedId,
}) => {
  application.token = () => tokenFor([feedId]);
  await page.goto(`${application.url}/feeds/${feedId}`);
  await expect(badge(page)).toHaveAttribute('data-state', 'live');
  const end = publishing(feedId);
  await expect(figure(page, 'events')).not.toHaveText('0');
  application.token = undefined;
  await expect(badge(page)).toHaveText('Closed: failed', { timeout: 30_000 });
  await expect(page.getByText(/Reason: 401 unauthorized: .*renews it no more/)).toBeVisible();
  const sent = await end();
  application.token = () => tokenFor([feedId]);
  // Its page signs the user in again, in another tab.
  await page.request.post(application.url + RENEW_PATH);
  await page.getByRole('button', { name: 'Retry now' }).click();
  await expect(badge(page)).toHaveAttribute('data-state', 'live');
  await expect(figure(page, 'events')).toHaveText(String(sent));
  await expect(figure(page, 'missed')).toHaveText('0');
});

test('the list has what the visitor may watch, and nothing else', async ({ page, feedId }) => {
  for (const name of ['mine', 'theirs']) await publish(`${feedId}-${name}`, 1);
  application.token = () => tokenFor([`${feedId}-mine`]);
  await page.goto(`${application.url}/feeds`);
  await expect(page.getByText(`${feedId}-mine`).first()).toBeVisible();
  await expect(page.getByTestId('list-state')).toContainText('1 in orders');
  await expect(page.getByText(`${feedId}-theirs`)).toHaveCount(0);
});

test('who is not signed in reads on every page why there is nothing, and sees it once that has changed', async ({
  page,
  feedId,
}) => {
  const words = 'The server does not know who you are';
  await page.goto(`${application.url}/feeds`);
  await expect(page.getByText(words).first()).toBeVisible();
  await expect(page.getByTestId('list-state')).toHaveText('not signed in');
  expect(await axeFindings(page)).toEqual([]);
  await page.goto(`${application.url}/?feed=${feedId}`);
  await expect(page.getByTestId('race-refused')).toContainText(words);
  expect(await axeFindings(page)).toEqual([]);
  await page.goto(`${application.url}/ops`);
  await expect(page.getByTestId('ops-notice')).toContainText(words);
  await page.goto(`${application.url}/feeds/${feedId}`);
  await expect(badge(page)).toHaveText('Closed: failed');
  await page.goto(`${application.url}/?feed=${feedId}`);
  application.token = () => tokenFor([feedId]);
  await expect(page.getByTestId('race-refused')).toHaveCount(0, { timeout: 20_000 });
  await expect(badge(page).first()).toHaveAttribute('data-state', 'live');
});

test('who may not watch a feed reads that, and is asked for no other token', async ({ page, feedId }) => {
  application.token = () => tokenFor(['another'], 600_000);
  await page.goto(`${application.url}/feeds/${feedId}`);
  await expect(badge(page)).toHaveText('Closed: failed');
  await expect(page.getByText(/Reason: 403 forbidden/)).toBeVisible();
  expect(application.renewals).toBe(1);
  await page.goto(`${application.url}/?feed=${feedId}`);
  await expect(page.getByTestId('race-refused')).toContainText('You may not watch this');
});
