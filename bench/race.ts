/**
 * The race as the page `/` shows it: real broker, production build, real Chromium, the demo's traffic, all on the
 * loopback. Each pair of traffic and added round trip is raced for a while, and its figures and verdict are printed.
 *
 *     npm run bench:race -- [--seconds 60] [--traffic bursts,steady] [--rtt 0,80,200]
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { RACE_FEEDS, type Traffic } from '#lib/protocol/race-feeds.ts';
import { startPart } from '#scripts/process/part.ts';
import { ROOT } from '#scripts/process/root.ts';
import { type BenchStack, withBenchStack } from './stack.ts';

const FIGURES = {
  'p50 ms': 'latency-p50',
  'p95 ms': 'latency-p95',
  events: 'events',
  requests: 'requests',
  empty: 'empty',
  received: 'bytes',
  missed: 'missed',
  repeated: 'repeated',
  'CPU browser': 'browser-busy',
  'CPU server': 'server-busy',
} as const;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    traffic: { type: 'string', default: 'bursts,steady' },
    rtt: { type: 'string', default: '0,80,200' },
  },
});
const seconds = Number(values.seconds);
const traffics = values.traffic.split(',');
const rtts = values.rtt.split(',');
if (!(seconds >= 5 && seconds <= 600)) throw new Error('--seconds takes 5 to 600.');
const unknown = traffics.find((traffic) => !(traffic in RACE_FEEDS));
if (unknown !== undefined) throw new Error(`--traffic takes ${Object.keys(RACE_FEEDS).join(', ')}, not ${unknown}.`);
if (rtts.some((rtt) => !['0', '80', '200'].includes(rtt))) throw new Error('--rtt takes 0, 80 and 200.');

await withBenchStack(async (stack, undo) => {
  const producer = await startProducer(stack);
  undo.push(producer.stop);
  const page = await stack.browser.newPage();
  for (const traffic of traffics as Traffic[]) {
    for (const rtt of rtts) await race(page, `${stack.baseUrl}/?feed=${RACE_FEEDS[traffic]}&rtt=${rtt}`);
  }
});

function startProducer({ brokers, topic }: BenchStack): ReturnType<typeof startPart> {
  const target = ['--brokers', brokers.join(','), '--topic', topic];
  const args = ['--import', 'tsx', join(ROOT, 'scripts', 'produce.ts'), '--race', ...target];
  return startPart({ name: 'producer', command: process.execPath, args, cwd: ROOT });
}

async function race(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('[data-lane=sse] [data-state=live]').waitFor();
  await delay(seconds * 1_000);
  // No function with a name in here: the runner would mark it with a helper that the page does not have.
  const lanes = await page
    .locator('[data-lane]')
    .evaluateAll(
      (cards, figures) =>
        cards.map((card) => [
          card.getAttribute('aria-label') ?? '',
          Object.fromEntries(
            Object.entries(figures).map(([title, name]) => [
              title,
              card.querySelector(`[data-testid=${name}]`)?.textContent,
            ]),
          ),
        ]),
      FIGURES,
    );
  const sentences = await page.getByTestId('verdict').locator('p, li').allTextContents();
  console.log(`\n${[...sentences, await page.getByTestId('clock').textContent()].join('\n')}`);
  console.table(Object.fromEntries(lanes));
}
