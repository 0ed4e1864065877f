import type { Page } from '@playwright/test';

/**
 * Opens a page of this origin with nothing of ours in it: neither a script nor a policy, which would let it run none and
 * open no connection. The server is not asked for it.
 */
export async function openBlankPage(page: Page, baseUrl: string): Promise<void> {
  const url = `${baseUrl}/blank`;
  await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(url);
  // As long as there is one route, every request takes the way past it.
  await page.unroute(url);
}
