import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from '@playwright/test';
import sharp from 'sharp';
import { store, THEMES, type Theme } from './camera.ts';
import { untilLive } from './shots.ts';

const VIEWPORT = { width: 1100, height: 980 };
const FRAME_MS = 500;
/** How long the outcome stands before it begins again. */
const END_MS = 6000;
const LONGEST_MS = 120_000;
const WEBP = { quality: 72, effort: 6, minSize: true, loop: 0 };

interface Frame {
  readonly png: Buffer;
  readonly atMs: number;
}

/** `/?tour` from its first moment until its outcome, in each theme: an animation of real frames at their real pace. */
export async function recordTour(browser: Browser, url: string): Promise<void> {
  for (const theme of THEMES) await record(browser, url, theme);
}

async function record(browser: Browser, url: string, theme: Theme): Promise<void> {
  const context = await browser.newContext({ viewport: VIEWPORT, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(`${url}/?tour`);
  await page.getByTestId('break').waitFor();
  await untilLive(page);
  // The three disasters stay above; below them is what they do.
  await page.getByTestId('timeline').evaluate((timeline) => timeline.scrollIntoView({ block: 'end' }));
  const frames = await framesUntilOutcome(page);
  await context.close();
  const joined = sharp(
    frames.map(({ png }) => png),
    { join: { animated: true } },
  );
  const bytes = await joined.webp({ ...WEBP, delay: delaysOf(frames) }).toBuffer();
  await store(`tour-${theme}.webp`, bytes);
}

async function framesUntilOutcome(page: Page): Promise<Frame[]> {
  const frames: Frame[] = [];
  const beganMs = Date.now();
  const outcome = page.getByTestId('break-result');
  for (let isOver = false; !isOver; ) {
    if (Date.now() - beganMs > LONGEST_MS) throw new Error('The tour has not come to its outcome.');
    isOver = await outcome.isVisible();
    const atMs = Date.now();
    frames.push({ png: await page.screenshot(), atMs });
    await delay(Math.max(0, atMs + FRAME_MS - Date.now()));
  }
  return frames;
}

/** Until the next frame, ms. */
function delaysOf(frames: readonly Frame[]): number[] {
  return frames.map(({ atMs }, index) => (frames[index + 1]?.atMs ?? atMs + END_MS) - atMs);
}
