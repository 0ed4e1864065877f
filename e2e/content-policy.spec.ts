/** The Content Security Policy of the pages: none of them breaks it, and what is not theirs does not run. */
import { PLACES, THEMES } from './browser/places.ts';
import { publish, untilRacing } from './browser/race-page.ts';
import { watchRefusals } from './browser/refusals.ts';
import { expect, test } from './fixtures.ts';

for (const theme of THEMES) {
  for (const { name, path, isShown } of PLACES) {
    test(`nothing is refused on ${name}, ${theme}, whatever is opened`, async ({ page, request, feedId }) => {
      const refused = await watchRefusals(page);
      await page.emulateMedia({ colorScheme: theme });
      await publish(request, feedId, [1, 2, 3]);
      const answer = await page.goto(path(feedId));
      expect(answer?.headers()['content-security-policy']).toContain("script-src 'self' 'nonce-");
      await isShown(page);
      const tables = page.getByRole('button', { name: 'Show as table' });
      while ((await tables.count()) > 0) await tables.first().click();
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'Keys' })).toHaveCSS('opacity', '1');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Theme' }).click();
      await page.getByRole('menuitemradio', { name: 'Dark' }).click();
      await expect(page.locator('html')).toHaveClass(/dark/);
      expect(refused).toEqual([]);
    });
  }
}

test('nothing is refused on a race that is broken, with the faults beside it, nor on the way from page to page', async ({
  page,
}) => {
  const refused = await watchRefusals(page);
  await page.goto('/?feed=race-steady&rtt=0');
  await untilRacing(page);
  await page.keyboard.press('b');
  await expect(page.getByTestId('break')).toBeVisible();
  await page.keyboard.press('f');
  await expect(page.getByRole('dialog', { name: 'Faults' })).toHaveCSS('opacity', '1');
  await page.keyboard.press('Escape');
  await page.getByRole('radio', { name: 'Steady' }).hover();
  for (const [link, url] of [
    ['Ops', /\/ops$/],
    ['Feeds', /\/feeds/],
    ['Compare', /\/(\?.*)?$/],
  ] as const) {
    await page.getByRole('navigation').getByRole('link', { name: link }).click();
    await expect(page).toHaveURL(url);
    await expect(page.locator('main')).not.toBeEmpty();
  }
  await page.goBack();
  await expect(page).toHaveURL(/\/feeds/);
  expect(refused).toEqual([]);
});

/** Markup as it would come out of a hole in a page; each tells by a property of `window` that it has run. */
const INJECTED = [
  '<script>window.ran = "inline script"</script>',
  '<script src="data:text/javascript,window.ran=%22script%20of%20a%20data%20URL%22"></script>',
  // Ours, but no script.
  '<script src="/api/status"></script>',
  '<script nonce="guessed">window.ran = "guessed nonce"</script>',
  '<img src="/nothing" onerror="window.ran = \'handler\'">',
  '<svg onload="window.ran = \'handler of a drawing\'"></svg>',
  '<iframe srcdoc="<script>parent.ran = 1</script>"></iframe>',
  '<object data="/feeds"></object>',
  '<base href="https://elsewhere.invalid/">',
];

test('a script that was put into the page as it came over the wire does not run, and the page does', async ({
  page,
  feedId,
}) => {
  const refused = await watchRefusals(page);
  await page.route(`**/feeds/${feedId}`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace('</body>', `${INJECTED.join('\n')}</body>`);
    expect(body).toContain(INJECTED[0]);
    await route.fulfill({ response, body });
  });
  await page.goto(`/feeds/${feedId}`);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  expect(await page.evaluate(() => (window as unknown as { ran?: string }).ran)).toBeUndefined();
  expect(await page.evaluate(() => document.baseURI)).toContain(feedId);
  for (const directive of ['script-src-elem inline', 'script-src-elem data', 'script-src-attr inline', 'base-uri']) {
    expect(refused.join('\n')).toContain(directive);
  }
});

test('what is put into a page later does not run either, nor is text made a script', async ({ page }) => {
  const refused = await watchRefusals(page);
  await page.goto('/feeds');
  const outcomes = await page.evaluate(async () => {
    const box = document.createElement('div');
    box.innerHTML =
      '<img src="/nothing" onerror="window.ran = 1"><a href="javascript:void(window.ran = 2)">a</a><style>body { color: red }</style>';
    document.body.append(box);
    box.querySelector('a')?.click();
    const script = document.createElement('script');
    script.textContent = 'window.ran = 3';
    document.body.append(script);
    await new Promise((resolve) => box.querySelector('img')?.addEventListener('error', resolve));
    const fetched = await fetch('https://elsewhere.invalid/').catch((error: Error) => error.name);
    return { ran: (window as unknown as { ran?: number }).ran, color: getComputedStyle(document.body).color, fetched };
  });
  expect(outcomes.ran).toBeUndefined();
  expect(outcomes.color).not.toBe('rgb(255, 0, 0)');
  // From a timer: what a debugger evaluates is not under the policy.
  await page.evaluate(() => {
    setTimeout(() => {
      const made = window as unknown as { eval: (text: string) => void };
      try {
        made.eval('window.ran = 4');
      } catch {
        document.body.dataset.evaluated = 'refused';
      }
    });
  });
  await expect(page.locator('body')).toHaveAttribute('data-evaluated', 'refused');
  for (const directive of ['script-src-attr', 'script-src-elem', 'style-src-elem', 'connect-src', 'script-src eval']) {
    expect(refused.join('\n')).toContain(directive);
  }
});

test('no page of another site can frame one of ours, nor read of an answer what it was not allowed', async ({
  page,
  baseUrl,
  feedId,
}) => {
  const other = baseUrl.replace('127.0.0.1', 'localhost');
  await page.route(`${other}/outside`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${baseUrl}/feeds/${feedId}"></iframe>` }),
  );
  await page.goto(`${other}/outside`);
  const framed = () => page.frames().map((frame) => frame.url());
  await expect.poll(framed).toContain('chrome-error://chromewebdata/');
  const asImage = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const image = new Image();
        image.onload = () => resolve('loaded');
        image.onerror = () => resolve('refused');
        image.src = url;
      }),
    `${baseUrl}/icon.svg`,
  );
  expect(asImage).toBe('refused');
});
