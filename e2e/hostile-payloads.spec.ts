/** What others write into records is shown as text, wherever it is shown: nothing of it runs, and no page breaks. */
import { type APIRequestContext, type BrowserContext, expect as check, type Page } from '@playwright/test';
import { Kafka, logLevel } from 'kafkajs';
import { visible } from '#lib/client/visible.ts';
import { checkFeedId } from '#lib/protocol/feed-id.ts';
import { FeedsPage } from './browser/feeds-page.ts';
import { untilRacing } from './browser/race-page.ts';
import { watchRefusals } from './browser/refusals.ts';
import { expect, test } from './fixtures.ts';

const MARKUP = [
  '<script>window.ran = 1</script>',
  '</script><script>window.ran = 2</script>',
  '"><img src=x onerror="window.ran = 3">',
  '</pre></span><svg onload="window.ran = 4"><iframe srcdoc="<script>parent.ran = 5</script>"></iframe>',
  'javascript:void(window.ran = 6)',
  `\${window.ran = 7}'\`; window.ran = 8; //`,
  '{{constructor.constructor("window.ran = 9")()}}',
  '<!--<base href="https://elsewhere.invalid/"><style>* { display: none }</style>',
];
const ODD = [
  'left\u202etfel\u202c right \u2066 isolated \u2069 \u200fmark',
  'zero\u200bwidth\u2060joiner\ufeff\u00ad',
  'control \u0001\u0007\u001b[31m\u007f\u0085',
  'שלום <b>عربى</b> (1)',
  '\ud83d half a pair \udc00',
];
const POLLUTING = ['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty'];

/** Values that are JSON, as the demo's door takes them, and what is seen of them. */
const JSON_VALUES: readonly string[] = [
  ...[...MARKUP, ...ODD].map((text) => JSON.stringify({ [text]: text, seq: text, producedAtMs: text })),
  '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 2}}, "seq": {"__proto__": 1}}',
  '"<script>window.ran = 10</script>"',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}`,
  JSON.stringify({ huge: '<b>'.repeat(20_000) }),
  JSON.stringify({ hidden: '\u202e'.repeat(10_000) }),
  '1e999',
  '{"seq": 1e308, "producedAtMs": -1e308}',
];

/** Whatever may go wrong: scripts that run, dialogs, errors, refusals (it must not come to them), marks on prototypes. */
async function watchHarm(page: Page): Promise<() => Promise<readonly string[]>> {
  const harm = await watchRefusals(page);
  page.on('pageerror', (error) => harm.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    harm.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return async () => {
    const inside = await page.evaluate(() => {
      const found: string[] = [];
      const { ran } = window as unknown as { ran?: number };
      if (ran !== undefined) found.push(`script ${ran} ran`);
      if (Reflect.get({}, 'polluted') !== undefined) found.push('a prototype is polluted');
      const alien = 'img, iframe, object, embed, base, body script[src="x"], main style, a[href^="javascript:"]';
      for (const element of document.querySelectorAll(alien)) found.push(element.outerHTML.slice(0, 100));
      return found;
    });
    return [...harm, ...inside];
  };
}

async function post(request: APIRequestContext, id: string, value: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await request.post(`/api/feeds/${encodeURIComponent(id)}/events`, {
    headers,
    data: Buffer.from(value),
  });
  check(response.status()).toBe(201);
  return (await response.json()).topic;
}

const isLive = (page: Page) => expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');

async function copied(page: Page, context: BrowserContext, name: RegExp | string): Promise<string> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

test('a hostile value is text on the page of its feed, selected or not, and is copied as it came', async ({
  page,
  request,
  context,
  feedId,
}) => {
  test.setTimeout(180_000);
  const harm = await watchHarm(page);
  await page.goto(`/feeds/${feedId}`);
  await isLive(page);
  for (const [index, value] of JSON_VALUES.entries()) {
    await post(request, feedId, value);
    await expect(page.getByTestId('events')).toHaveText(String(index + 1));
    const shown = page.getByTestId('last-value');
    await expect(shown).not.toBeEmpty();
    // All of it, but for the blanks that make it readable.
    const text = (await shown.textContent())?.replace(/\s/g, '') ?? '';
    const whole = visible(value).replace(/\s/g, '');
    expect(text.slice(0, 500)).toBe(whole.slice(0, 500));
    expect(await harm()).toEqual([]);
  }
  const last = JSON_VALUES.length;
  await page
    .locator('[data-kind=event]')
    .nth(last - 1)
    .click();
  await expect(page.getByTestId('last-value')).toContainText('window.ran = 1');
  expect(await copied(page, context, 'Copy: the value')).toBe(JSON_VALUES[0]);
  expect(await harm()).toEqual([]);
});

test('a hostile value is text in the list of feeds and in the race', async ({ page, request, feedId }) => {
  test.setTimeout(180_000);
  const harm = await watchHarm(page);
  const ids = JSON_VALUES.map((_, index) => `${feedId}-${index}`);
  for (const [index, value] of JSON_VALUES.entries()) await post(request, ids[index] ?? '', value);
  const feeds = new FeedsPage(page);
  await page.goto('/feeds');
  for (const [index, value] of JSON_VALUES.entries()) {
    const id = ids[index] ?? '';
    await feeds.search.fill(id);
    await expect(feeds.row(id)).toContainText(visible(value.slice(0, 60)));
  }
  expect(await harm()).toEqual([]);
  await page.goto(`/?feed=${feedId}&rtt=0&interval=250`);
  await untilRacing(page);
  for (const value of JSON_VALUES) await post(request, feedId, value);
  await expect
    .poll(() => page.locator('[data-lane=sse]').getByTestId('events').getAttribute('value'))
    .toBe(String(JSON_VALUES.length));
  const tables = page.getByRole('button', { name: 'Show as table' });
  while ((await tables.count()) > 0) await tables.first().click();
  expect(await harm()).toEqual([]);
});

test('a hostile ID is text wherever a feed is named, in its address too, and its snippets are still code', async ({
  page,
  request,
  context,
  feedId,
}) => {
  test.setTimeout(240_000);
  const harm = await watchHarm(page);
  // Half of a pair cannot be in an address.
  for (const hostile of [...MARKUP, ...ODD.slice(0, -1), ...POLLUTING, '../../etc', '%00', '?x#y', '\\']) {
    // What has control characters is told in hex.
    const id = checkFeedId(POLLUTING.includes(hostile) ? hostile : `${hostile}${feedId.slice(-12)}`);
    await post(request, id, '{"seq": 1}');
    await page.goto(`/feeds/${encodeURIComponent(id)}`);
    await isLive(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Feed${visible(id)}`);
    const snippet = (await page.getByTestId('snippet').textContent()) ?? '';
    const url = /new EventSource\("([^"\n]*)"\)/.exec(snippet)?.[1] ?? '';
    const named = new URL(url);
    expect(named.searchParams.get('id') ?? decodeURIComponent(named.pathname.split('/')[2] ?? '')).toBe(id);
    expect(await copied(page, context, 'Copy: the snippet')).toBe(snippet);
    await page.goto(`/feeds?feed=${encodeURIComponent(id)}`);
    await isLive(page);
    await expect(page.getByRole('heading', { level: 2 }).first()).toHaveText(`Feed${visible(id)}`);
    await new FeedsPage(page).search.fill(id.slice(0, 20));
    await expect(page.locator('[data-feed]').first()).toContainText(visible(id).slice(0, 20));
    expect(await harm()).toEqual([]);
  }
  await page.goto(`/?feed=${encodeURIComponent(MARKUP[2] ?? '')}&rtt=0&interval=250`);
  await untilRacing(page);
  expect(await harm()).toEqual([]);
});

test('hostile bytes, keys and record headers are text in the inspector', async ({ page, request, feedId }) => {
  test.setTimeout(180_000);
  const brokers = process.env.TEST_KAFKA_BROKERS?.split(',');
  test.skip(brokers === undefined, process.env.NO_BROKER_REASON);
  const harm = await watchHarm(page);
  const topic = await post(request, feedId, '{"seq": 1}');
  const producer = new Kafka({ brokers: brokers ?? [], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await page.goto(`/feeds/${feedId}`);
  await isLive(page);
  const inspector = page.getByTestId('inspector');
  let events = 0;
  for (const text of [...MARKUP, ...ODD.slice(0, -1), ...POLLUTING]) {
    await producer.send({ topic, messages: [{ key: feedId, value: text, headers: { [text]: text, x: [text, 'b'] } }] });
    events += 1;
    await expect(page.getByTestId('events')).toHaveText(String(events));
    await expect(page.getByTestId('last-value')).toHaveText(visible(text), { useInnerText: false });
    const headers = (await inspector.locator('[data-fact=headers]').textContent()) ?? '';
    expect(headers).toContain(`${visible(text)}: ${visible(text)}`);
    expect(await harm()).toEqual([]);
  }
  await producer.disconnect();
});
