import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import sharp from 'sharp';
import { ROOT } from '#scripts/process/root.ts';
import { findChromium } from '#scripts/testing/chromium.ts';
import type { ScreenWidth, Shot } from './shots.ts';

export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const FOLDER = join(ROOT, 'docs', 'screenshots');
/** No eye tells it from the page, at a fraction of what PNG takes. */
const WEBP = { quality: 80, effort: 6, smartSubsample: true };

/** How many px of a picture a px of the screen has. */
const SCREENS: readonly { readonly widthPx: ScreenWidth; readonly scale: number }[] = [
  { widthPx: 1440, scale: 1 },
  { widthPx: 360, scale: 2 },
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', '--hide-scrollbars'],
    ...(executablePath === undefined ? {} : { executablePath }),
  });
}

/** On each screen, in both themes: of one moment, as nothing but the colours may differ between the two. */
export async function take(browser: Browser, url: string, shot: Shot): Promise<void> {
  for (const { widthPx, scale } of SCREENS) {
    const viewport = { width: widthPx, height: shot.heightPx[widthPx] };
    // In a context of its own: it is a first visit, and shares its connections with no other picture.
    const context = await browser.newContext({ viewport, deviceScaleFactor: scale });
    const page = await context.newPage();
    await page.goto(`${url}${shot.path}`);
    await shot.pose(page);
    // Nothing is pointed at.
    await page.mouse.move(0, 0);
    for (const theme of THEMES) {
      await wear(page, theme);
      const png = await page.screenshot();
      await store(`${shot.name}-${theme}-${widthPx}.webp`, await sharp(png).webp(WEBP).toBuffer());
    }
    await context.close();
  }
}

/** Changes the theme, and waits until charts and all are drawn in it. */
async function wear(page: Page, theme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.locator(theme === 'dark' ? 'html.dark' : 'html:not(.dark)').waitFor();
  // One that ends with its element is over as well.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
}

export async function store(name: string, bytes: Buffer): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, name), bytes);
  console.log(`docs/screenshots/${name} ${Math.round(bytes.length / 1000)} kB`);
}
