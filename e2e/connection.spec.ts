/** What can happen to a connection between a browser and its pods, and that the page comes out of it with every event. */
import { chromium, type Page } from '@playwright/test';
import { type Balancer, type BalancerOptions, startBalancer } from '#scripts/balancer/balancer.ts';
import { untilReady } from '#scripts/server/start-server.ts';
import { findChromium } from '#scripts/testing/chromium.ts';
import { SeverableProxy } from '#scripts/testing/severable-proxy.ts';
import { publishTo, startDemoServer } from './browser/demo-server.ts';
import { expect, test } from './fixtures.ts';

const MEMORY = { RECORD_LOG: 'memory' };
const HOUR_MS = '3600000';

const badge = (page: Page) => page.getByTestId('connection');
const untilState = (page: Page, state: string) =>
  expect(badge(page)).toHaveAttribute('data-state', state, { timeout: 30_000 });

async function startPod(env: Readonly<Record<string, string>>) {
  const pod = await startDemoServer({ ...MEMORY, ...env });
  await untilReady(pod.part, pod.url);
  return pod;
}

/** Publishes until something is so. @returns the last seq */
async function publishUntil(url: string, id: string, isSo: () => boolean): Promise<number> {
  let seq = 0;
  await expect
    .poll(
      async () => {
        seq += 1;
        await publishTo(url, id, seq);
        return isSo();
      },
      { intervals: [25], timeout: 40_000 },
    )
    .toBe(true);
  return seq;
}

async function untilAllShown(page: Page, events: number): Promise<void> {
  await expect(page.getByTestId('events')).toHaveText(String(events));
  await expect(page.getByTestId('missed')).toHaveText('0');
  await expect(page.getByTestId('repeated')).toHaveText('0');
}

interface BalancerCut {
  readonly name: string;
  readonly balancer: Pick<BalancerOptions, 'idleCutMs' | 'ageCutMs'>;
  /** With these the cut comes. */
  readonly exposed: Readonly<Record<string, string>>;
  /** And with these it never does. */
  readonly guarded: Readonly<Record<string, string>>;
  readonly countOf: (balancer: Balancer) => number;
}

const CUTS: readonly BalancerCut[] = [
  {
    name: 'that cuts what is idle',
    balancer: { idleCutMs: 1_000 },
    exposed: { PING_MS: '20000', STREAM_MAX_AGE_MS: HOUR_MS },
    guarded: { PING_MS: '200', STREAM_MAX_AGE_MS: HOUR_MS },
    countOf: ({ cuts }) => cuts.idle,
  },
  {
    name: 'that cuts what is old',
    balancer: { ageCutMs: 1_500 },
    exposed: { PING_MS: '200', STREAM_MAX_AGE_MS: HOUR_MS },
    guarded: { PING_MS: '200', STREAM_MAX_AGE_MS: '1000' },
    countOf: ({ cuts }) => cuts.age,
  },
];

for (const { name, balancer: cut, exposed, guarded, countOf } of CUTS) {
  test(`a load balancer ${name} costs no event, and cuts nothing where the server is set for it`, async ({
    page,
    feedId,
  }) => {
    const [open, safe] = [await startPod(exposed), await startPod(guarded)];
    const cutting = await startBalancer({ pods: () => [open.url], ...cut });
    await page.goto(`${cutting.url}/feeds/${feedId}`);
    await untilState(page, 'live');
    // Between two cuts it is silent long enough to be cut: events come while nobody is connected, too.
    let seq = 0;
    await expect
      .poll(
        async () => {
          seq += 1;
          await publishTo(open.url, feedId, seq);
          return countOf(cutting);
        },
        { intervals: [1_300], timeout: 40_000 },
      )
      .toBeGreaterThanOrEqual(3);
    await untilState(page, 'live');
    await untilAllShown(page, seq);

    const sparing = await startBalancer({ pods: () => [safe.url], ...cut });
    await page.goto(`${sparing.url}/feeds/${feedId}-safe`);
    await untilState(page, 'live');
    // What brings the page may be slow on a machine that has more to do; a stream must not be cut for that.
    const cutsBefore = countOf(sparing);
    let streams = 0;
    page.on('request', (request) => {
      if (request.url().includes('/stream')) streams += 1;
    });
    const startedAtMs = Date.now();
    // Four times as long as the balancer would let anything be that is not looked after.
    const sent = await publishUntil(safe.url, `${feedId}-safe`, () => Date.now() - startedAtMs > 6_000);
    await untilAllShown(page, sent);
    // The page's own short requests may rest on a kept connection; streams are what must not be cut.
    expect(countOf(sparing)).toBe(cutsBefore);
    if (cut.ageCutMs !== undefined) expect(streams).toBeGreaterThan(3);
    for (const each of [cutting, sparing]) await each.stop();
    for (const each of [open, safe]) await each.part.stop();
  });
}

test('a network that is cut and restored costs no event', async ({ page, feedId }) => {
  const pod = await startPod({ PING_MS: '500' });
  const proxy = await SeverableProxy.start(pod.url);
  await page.goto(`${proxy.url}/feeds/${feedId}`);
  await untilState(page, 'live');
  for (const seq of [1, 2]) await publishTo(pod.url, feedId, seq);
  await untilAllShown(page, 2);
  proxy.sever();
  await untilState(page, 'reconnecting');
  for (const seq of [3, 4, 5]) await publishTo(pod.url, feedId, seq);
  proxy.restore();
  await page.getByRole('button', { name: 'Retry now' }).click();
  await untilState(page, 'live');
  await publishTo(pod.url, feedId, 6);
  await untilAllShown(page, 6);
  await expect(page.locator('[data-kind=gap]')).toHaveCount(0);
  await proxy.stop();
  await pod.part.stop();
});

test('a connection that falls silent without an end is noticed and replaced, and costs no event', async ({
  page,
  feedId,
}) => {
  const pod = await startPod({ PING_MS: '400' });
  const proxy = await SeverableProxy.start(pod.url);
  await page.goto(`${proxy.url}/feeds/${feedId}`);
  await untilState(page, 'live');
  const states = await badge(page).evaluateHandle((element) => {
    const seen: string[] = [];
    new MutationObserver(() => seen.push(element.getAttribute('data-state') ?? '')).observe(element, {
      attributeFilter: ['data-state'],
    });
    return seen;
  });
  proxy.freeze();
  for (const seq of [1, 2, 3]) await publishTo(pod.url, feedId, seq);
  await untilAllShown(page, 3);
  // First it says that there is no signal, then that it tries anew: three pings' time after the last one.
  expect(await states.jsonValue()).toEqual(['stale', 'reconnecting', 'live']);
  await proxy.stop();
  await pod.part.stop();
});

test('204 stops the reconnects of a plain EventSource, which knows nothing of `end`', async ({ page, feedId }) => {
  const pod = await startPod({});
  await page.goto(`${pod.url}/feeds`);
  await publishTo(pod.url, feedId, 1);
  await publishTo(pod.url, feedId, 2, '?end=1');
  const watch = (path: string): Promise<{ values: number[]; names: string[]; requests: number }> =>
    page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const seen = { values: [] as number[], names: [] as string[], requests: 0 };
          const source = new EventSource(url);
          source.onopen = () => {
            seen.requests += 1;
          };
          source.onmessage = ({ data }) => seen.values.push(JSON.parse(data).seq);
          source.addEventListener('end', () => seen.names.push('end'));
          source.onerror = () => {
            if (source.readyState === EventSource.CLOSED) resolve(seen);
          };
        }),
      path,
    );
  // The server closes, so it comes back by itself once, with its cursor, and is answered 204.
  expect(await watch(`/getData/${feedId}?last=5`)).toEqual({ values: [1, 2], names: ['end'], requests: 1 });
  await pod.part.stop();
});

test('a tab that was frozen goes on where it was', async ({ page, context, feedId }) => {
  const pod = await startPod({ PING_MS: '300' });
  await page.goto(`${pod.url}/feeds/${feedId}`);
  await untilState(page, 'live');
  const session = await context.newCDPSession(page);
  await publishTo(pod.url, feedId, 1);
  await untilAllShown(page, 1);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  for (let seq = 2; seq <= 40; seq += 1) await publishTo(pod.url, feedId, seq);
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await untilState(page, 'live');
  await publishTo(pod.url, feedId, 41);
  await untilAllShown(page, 41);
  await pod.part.stop();
});

test('a page that comes back out of the back/forward cache goes on where it was', async ({ browserName, feedId }) => {
  test.skip(browserName !== 'chromium', 'only Chromium can be told here to keep its back/forward cache');
  const pod = await startPod({ PING_MS: '300' });
  const executablePath = findChromium();
  const browser = await chromium.launch({
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    ...(executablePath !== undefined && { executablePath }),
  });
  const page = await browser.newPage();
  await page.goto(`${pod.url}/feeds?feed=${feedId}`);
  await untilState(page, 'live');
  await publishTo(pod.url, feedId, 1);
  await untilAllShown(page, 1);
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => document.body.setAttribute('data-persisted', String(persisted)));
  });
  await page.goto(`${pod.url}/healthz`);
  for (const seq of [2, 3, 4]) await publishTo(pod.url, feedId, seq);
  await page.goBack({ waitUntil: 'commit' });
  await expect(page.locator('body')).toHaveAttribute('data-persisted', 'true');
  await untilState(page, 'live');
  await untilAllShown(page, 4);
  await browser.close();
  await pod.part.stop();
});
