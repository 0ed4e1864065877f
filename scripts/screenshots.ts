/**
 * The pictures of the README, taken from a running demo: each page in both themes, on a wide screen and on a phone, and
 * a recording of the tour.
 *
 *     npm run screenshots -- [--url http://127.0.0.1:3000] [--only compare,feed,tour]
 *
 * Without `--url` it starts a demo of its own, and ends it.
 */
import { parseArgs } from 'node:util';
import { untilShutdown } from '#scripts/process/until-shutdown.ts';
import { openBrowser, take } from '#scripts/screenshots/camera.ts';
import { SHOTS } from '#scripts/screenshots/shots.ts';
import { recordTour } from '#scripts/screenshots/tour.ts';
import { findOrInstallChromium } from '#scripts/testing/chromium.ts';
import { RunningDemo } from '#scripts/testing/running-demo.ts';

const TOUR = 'tour';
const NAMES = [...SHOTS.map(({ name }) => name), TOUR];

const { values } = parseArgs({
  options: { url: { type: 'string' }, only: { type: 'string', default: NAMES.join(',') } },
});
const wanted = values.only.split(',');
const unknown = wanted.find((name) => !NAMES.includes(name));
if (unknown !== undefined) throw new Error(`--only takes ${NAMES.join(', ')}, not ${unknown}.`);

await findOrInstallChromium(console.log);
const shutdown = untilShutdown();
const demo = values.url === undefined ? await RunningDemo.start([], '--pods', '2') : undefined;
try {
  if (!shutdown.signal.aborted) await takeAll(values.url ?? demo?.url ?? '');
} finally {
  demo?.process.kill('SIGINT');
  await demo?.exitCode();
  shutdown.dispose();
}

async function takeAll(url: string): Promise<void> {
  const browser = await openBrowser();
  // What is being taken fails then, and everything is ended.
  shutdown.signal.addEventListener('abort', () => void browser.close());
  try {
    for (const shot of SHOTS.filter(({ name }) => wanted.includes(name))) await take(browser, url, shot);
    if (wanted.includes(TOUR)) await recordTour(browser, url);
  } finally {
    await browser.close();
  }
}
