import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { test as base, firefox, webkit } from '@playwright/test';

export { expect } from '@playwright/test';

/** Fixtures of a test come after `beforeAll`: a hook that prepares something costly calls this first. */
export function skipMissing(browserName: 'chromium' | 'firefox' | 'webkit'): void {
  const isMissing = browserName !== 'chromium' && !existsSync({ firefox, webkit }[browserName].executablePath());
  base.skip(isMissing, `${browserName} is not installed: npx playwright install ${browserName}`);
}

interface Fixtures {
  /** A feed ID that no other test uses. */
  readonly feedId: string;
  /** The address of the server under test, without a slash at its end. */
  readonly baseUrl: string;
  readonly skipMissingBrowser: undefined;
}

/** Playwright's `test`, with what every browser test here needs. Specs import it from this file. */
export const test = base.extend<Fixtures>({
  // Needs no browser, so it runs, and skips, before one would be launched.
  skipMissingBrowser: [
    async ({ browserName }, use) => {
      skipMissing(browserName);
      await use(undefined);
    },
    { auto: true },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the needed fixtures from the pattern.
  baseUrl: async ({}, use) => {
    const url = process.env.BASE_URL;
    if (!url) throw new Error('BASE_URL is not set: the global set-up should have done it.');
    await use(url.replace(/\/+$/, ''));
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  feedId: async ({}, use) => {
    await use(`e2e-${randomUUID()}`);
  },
  baseURL: async ({ baseUrl }, use) => {
    await use(baseUrl);
  },
});
