/**
 * How the page feels: what four lanes at 100 events a second cost the browser, and what the first visit and a long list
 * cost. Real broker, production build, real Chromium, whose DevTools protocol measures it. Figures stand beside their
 * limits; nothing is asserted, since a busy machine is no defect.
 *
 *     npm run bench:feel -- [--minutes 10] [--rate 100] [--feeds 5000]
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Part, startPart } from '#scripts/process/part.ts';
import { ROOT } from '#scripts/process/root.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { FeelProbe } from './feel-probe.ts';
import { type BenchStack, withBenchStack } from './stack.ts';

/** The producer's first order: with one feed, the one that gets everything. */
const FEED = 1234;
const FILL_RATE = 5000;
const FILL_TIMEOUT_MS = 120_000;
const SCROLL_MS = 5000;
const SCROLL_PX_PER_S = 3000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '100' },
    feeds: { type: 'string', default: '5000' },
  },
});
const minutes = Number(values.minutes);
const feeds = Number(values.feeds);
if (!(minutes >= 0.5 && minutes <= 120)) throw new Error('--minutes takes 0.5 to 120.');
if (!(feeds >= 1 && feeds <= 10_000)) throw new Error('--feeds takes 1 to 10000.');

interface Figure {
  readonly measured: string;
  readonly limit: string;
}

await withBenchStack(async (stack, undo) => {
  const filler = await startProducer(stack, feeds, FILL_RATE);
  undo.push(filler.stop);
  await untilListed(stack, String(FEED + feeds - 1));
  await filler.stop();
  const producer = await startProducer(stack, 1, Number(values.rate));
  undo.push(producer.stop);
  const race = await measureRace(stack);
  const scroll = await measureScroll(stack);
  console.log(`\nFour lanes at ${values.rate} events/s for ${minutes} min; a list of ${feeds} feeds`);
  console.table({ ...race, ...scroll });
});

function startProducer({ brokers, topic }: BenchStack, ids: number, rate: number): Promise<Part> {
  const target = ['--brokers', brokers.join(','), '--topic', topic];
  const load = ['--feeds', String(ids), '--rate', String(rate)];
  const args = ['--import', 'tsx', join(ROOT, 'scripts', 'produce.ts'), ...load, ...target];
  return startPart({ name: 'producer', command: process.execPath, args, cwd: ROOT });
}

async function untilListed({ baseUrl }: BenchStack, id: string): Promise<void> {
  const ask = async (): Promise<true | undefined> => {
    const { feeds: found } = (await (await fetch(`${baseUrl}/api/feeds?prefix=${id}`)).json()) as { feeds: unknown[] };
    return found.length > 0 ? true : undefined;
  };
  await waitUntil(`Feed ${id}`, ask, { timeoutMs: FILL_TIMEOUT_MS });
}

async function measureRace({ browser, baseUrl }: BenchStack): Promise<Record<string, Figure>> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const probe = await FeelProbe.attach(browser, page);
  await page.goto(`${baseUrl}/?feed=${FEED}`);
  for (const lane of ['sse', 'long-poll', 'poll', 'article']) {
    await page.locator(`[data-lane=${lane}] [data-state=live]`).waitFor();
  }
  const scriptKb = await probe.scriptKb();
  const begin = await probe.snapshot();
  await delay(minutes * 60_000);
  const end = await probe.snapshot();
  const tasksMs = await probe.longTasksMs(begin.pageMs);
  const layoutShift = await probe.layoutShift();
  await page.close();
  const wallMs = end.pageMs - begin.pageMs;
  const share = (busyMs: number): string => `${((100 * busyMs) / wallMs).toFixed(1)} % of one core`;
  return {
    'renderer CPU': { measured: share(end.cpuMs - begin.cpuMs), limit: '25 %' },
    'tasks of the main thread': { measured: share(end.taskMs - begin.taskMs), limit: '' },
    'longest task after load': { measured: longest(tasksMs), limit: '100 ms' },
    'tasks over 50 ms': { measured: String(tasksMs.length), limit: '' },
    'heap growth': { measured: `${((end.heapBytes - begin.heapBytes) / 1e6).toFixed(1)} MB`, limit: '10 MB' },
    'layout shift of /': { measured: layoutShift.toFixed(4), limit: '0.01' },
    'first load JS of /, gzip': { measured: `${scriptKb.toFixed(0)} KB`, limit: '200 KB' },
  };
}

async function measureScroll({ browser, baseUrl }: BenchStack): Promise<Record<string, Figure>> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const probe = await FeelProbe.attach(browser, page);
  await page.goto(`${baseUrl}/feeds`);
  const row = page.locator('[data-feed]').first();
  await row.waitFor();
  const fromMs = (await probe.snapshot()).pageMs;
  await probe.scroll(row, { durationMs: SCROLL_MS, pxPerS: SCROLL_PX_PER_S });
  const tasksMs = await probe.longTasksMs(fromMs);
  await page.close();
  return { 'longest task of a 5 s scroll': { measured: longest(tasksMs), limit: '50 ms' } };
}

/** What the browser tells of are tasks of 50 ms and more. */
function longest(tasksMs: readonly number[]): string {
  return tasksMs.length === 0 ? 'under 50 ms' : `${Math.max(...tasksMs).toFixed(0)} ms`;
}
