import { expect, type Page } from '@playwright/test';
import { FeedsPage } from './feeds-page.ts';
import { untilRacing } from './race-page.ts';

interface Place {
  readonly name: string;
  readonly path: (feedId: string) => string;
  /** Waits until the page shows what it is for. */
  readonly isShown: (page: Page) => Promise<void>;
}

const isHeaded = (heading: string) => (page: Page) =>
  expect(page.getByRole('heading', { name: heading })).toBeVisible();
const isLive = (page: Page) => expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');

async function isUnmatched(page: Page): Promise<void> {
  await isLive(page);
  const { search } = new FeedsPage(page);
  await search.fill('no-such-feed');
  await expect(page.getByText('before its first event')).toBeVisible();
  // Keys are the page's again.
  await search.blur();
}

async function isHeard(page: Page): Promise<void> {
  await isLive(page);
  await expect(page.locator('[data-pod][data-state=ready]').first()).toBeVisible();
}

async function isInspected(page: Page): Promise<void> {
  await isLive(page);
  await page.locator('[data-kind=event]').first().click();
  await page.getByRole('tab', { name: 'curl' }).click();
  await expect(page.getByTestId('inspector-mode')).toContainText('Selected');
}

/** Every page, in every state that looks different; the feed has one event. */
export const PLACES: readonly Place[] = [
  { name: 'the race', path: (feedId) => `/?feed=${feedId}&rtt=0&interval=250`, isShown: untilRacing },
  { name: 'the list of feeds', path: (feedId) => `/feeds?feed=${feedId}`, isShown: isLive },
  { name: 'a list without a match', path: (feedId) => `/feeds?feed=${feedId}`, isShown: isUnmatched },
  { name: 'a feed', path: (feedId) => `/feeds/${feedId}`, isShown: isLive },
  { name: 'a feed with an event selected', path: (feedId) => `/feeds/${feedId}`, isShown: isInspected },
  { name: 'the pods', path: () => '/ops', isShown: isHeard },
  { name: 'a feed that is none', path: () => '/bad-id', isShown: isHeaded('This cannot be a feed ID') },
  { name: 'no page', path: () => '/no-such-page', isShown: isHeaded('Not found') },
];

export const THEMES = ['light', 'dark'] as const;
