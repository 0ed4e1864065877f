/**
 * The pictures of the README, taken from a running demo: each page in both themes, on a wide screen and on a phone.
 *
 *     npm run screenshots -- [--url http://127.0.0.1:3000] [--only compare,feed]
 *
 * Without `--url` it starts a demo of its own, and ends it.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from '@playwright/test';
import { startPart } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { findChromium, findOrInstallChromium } from '#scripts/testing/chromium.ts';

const FOLDER = join(ROOT, 'docs', 'screenshots');
const THEMES = ['light', 'dark'] as const;
const QUALITY = 82;
const DEMO_TIMEOUT_MS = 180_000;
const DEMO_GRACE_MS = 20_000;

/** A screen: how wide, and how many px of it a picture of a px has. */
const SCREENS = [
  { widthPx: 1440, scale: 1 },
  { widthPx: 360, scale: 2 },
] as const;

interface Shot {
  readonly name: string;
  readonly path: string;
  /** Seconds from the first live connection until the picture is taken. */
  readonly afterS: number;
  /** How high the window is, on each screen. */
  readonly heightPx: Readonly<Record<(typeof SCREENS)[number]['widthPx'], number>>;
}

const SHOTS: readonly Shot[] = [
  { name: 'compare', path: '/', afterS: 30, heightPx: { 1440: 1740, 360: 1500 } },
  { name: 'feeds', path: '/feeds', afterS: 12, heightPx: { 1440: 900, 360: 1100 } },
  { name: 'feed', path: '/feeds/race-steady', afterS: 12, heightPx: { 1440: 900, 360: 1100 } },
];

const { values } = parseArgs({
  options: { url: { type: 'string' }, only: { type: 'string', default: SHOTS.map(({ name }) => name).join(',') } },
});
const names = values.only.split(',');
const unknown = names.find((name) => !SHOTS.some((shot) => shot.name === name));
if (unknown !== undefined) throw new Error(`--only takes ${SHOTS.map(({ name }) => name).join(', ')}, not ${unknown}.`);

await findOrInstallChromium(console.log);
const demo = values.url === undefined ? await startDemo() : { url: values.url, stop: async () => undefined };
try {
  await takeAll(demo.url);
} finally {
  await demo.stop();
}

async function startDemo(): Promise<{ readonly url: string; readonly stop: () => Promise<unknown> }> {
  const port = await freePort();
  const part = await startPart({
    name: 'demo',
    command: process.execPath,
    args: [join(ROOT, 'scripts', 'demo.mjs'), '--no-open'],
    cwd: ROOT,
    env: { PORT: String(port), KAFKA_PORT: String(await freePort()) },
    graceMs: DEMO_GRACE_MS,
    onLine: console.log,
  });
  const url = `http://${LOOPBACK}:${port}`;
  // Its last line, when everything is up and the first event has come through.
  const isUp = async () => (part.lastLines().some((line) => line.includes(url)) ? true : undefined);
  const failure = () => (part.isRunning() ? undefined : `The demo ended:\n${part.lastLines().join('\n')}`);
  await waitUntil('The demo', isUp, { timeoutMs: DEMO_TIMEOUT_MS, failure }).catch(async (error) => {
    await part.stop();
    throw error;
  });
  return { url, stop: part.stop };
}

async function takeAll(url: string): Promise<void> {
  const executablePath = findChromium();
  const browser = await chromium.launch({
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', '--hide-scrollbars'],
    ...(executablePath === undefined ? {} : { executablePath }),
  });
  await mkdir(FOLDER, { recursive: true });
  for (const shot of SHOTS.filter(({ name }) => names.includes(name))) {
    for (const screen of SCREENS) {
      for (const theme of THEMES) await take(browser, url, { shot, screen, theme });
    }
  }
  await browser.close();
}

interface Picture {
  readonly shot: Shot;
  readonly screen: (typeof SCREENS)[number];
  readonly theme: (typeof THEMES)[number];
}

/** In a context of its own: so each picture is of a first visit, and none shares its connections. */
async function take(browser: Browser, url: string, { shot, screen, theme }: Picture): Promise<void> {
  const { widthPx, scale } = screen;
  const viewport = { width: widthPx, height: shot.heightPx[widthPx] };
  const context = await browser.newContext({ viewport, deviceScaleFactor: scale, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(`${url}${shot.path}`);
  await page.locator('[data-state=live]').first().waitFor();
  await delay(shot.afterS * 1000);
  const file = join(FOLDER, `${shot.name}-${theme}-${widthPx}.webp`);
  const bytes = await webp(page);
  await writeFile(file, bytes);
  console.log(`${file.slice(ROOT.length + 1)} ${Math.round(bytes.length / 1000)} kB`);
  await context.close();
}

/** Smaller by far than PNG at a quality that no eye tells apart. */
async function webp(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  return Buffer.from(data, 'base64');
}
