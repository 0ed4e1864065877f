import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Locator, Page } from '@playwright/test';

/** Text, since the runner would mark functions with a helper that the page does not have. */
const OBSERVE = `
  window.feelEntries = [];
  new PerformanceObserver((list) => {
    for (const { entryType, startTime, duration, value, hadRecentInput } of list.getEntries())
      window.feelEntries.push({ entryType, startTime, duration, value, hadRecentInput });
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const { entryType, startTime, duration, value, hadRecentInput } of list.getEntries())
      window.feelEntries.push({ entryType, startTime, duration, value, hadRecentInput });
  }).observe({ type: 'layout-shift', buffered: true });
`;

interface Entry {
  readonly entryType: 'longtask' | 'layout-shift';
  readonly startTime: number;
  readonly duration: number;
  readonly value?: number;
  readonly hadRecentInput?: boolean;
}

/** The renderer as of one moment. */
interface Snapshot {
  /** By the page's own clock, from when it was opened. */
  readonly pageMs: number;
  /** Of all threads of the renderer, since it was started. */
  readonly cpuMs: number;
  /** Of the main thread, by the clock: on a busy machine more than the CPU's. */
  readonly taskMs: number;
  /** What is in use after everything that can be thrown away has been. */
  readonly heapBytes: number;
}

/** What the DevTools protocol tells of one page. Attach before it is opened. */
export class FeelProbe {
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #browserSession: CDPSession;
  readonly #scripts: Promise<number>[] = [];

  private constructor(page: Page, session: CDPSession, browserSession: CDPSession) {
    this.#page = page;
    this.#session = session;
    this.#browserSession = browserSession;
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'script') return;
      this.#scripts.push(response.body().then((body) => gzipSync(body).length));
    });
  }

  static async attach(browser: Browser, page: Page): Promise<FeelProbe> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await session.send('HeapProfiler.enable');
    await page.addInitScript(OBSERVE);
    return new FeelProbe(page, session, await browser.newBrowserCDPSession());
  }

  /** Every script that was loaded until now, KB of 1,024 bytes, as gzip makes them. */
  async scriptKb(): Promise<number> {
    const sizes = await Promise.all(this.#scripts);
    return sizes.reduce((sum, bytes) => sum + bytes, 0) / 1024;
  }

  async snapshot(): Promise<Snapshot> {
    await this.#session.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0;
    const { processInfo } = await this.#browserSession.send('SystemInfo.getProcessInfo');
    // The page's own, and at most a spare one that does nothing.
    const renderers = processInfo.filter(({ type }) => type === 'renderer');
    return {
      pageMs: await this.#page.evaluate('performance.now()'),
      cpuMs: renderers.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0),
      taskMs: metric('TaskDuration') * 1000,
      heapBytes: metric('JSHeapUsedSize'),
    };
  }

  /** How long each task took that blocked the page for 50 ms or more. */
  async longTasksMs(fromMs: number): Promise<readonly number[]> {
    const entries = await this.#entries('longtask');
    return entries.filter(({ startTime }) => startTime >= fromMs).map(({ duration }) => duration);
  }

  /** The sum of every shift that nobody asked for: at least what is called CLS, which is that of the worst 5 s. */
  async layoutShift(): Promise<number> {
    const entries = await this.#entries('layout-shift');
    return entries.reduce((sum, { value = 0, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0);
  }

  /** Scrolls down as a finger or a wheel does, where this element is. */
  async scroll(over: Locator, { durationMs, pxPerS }: { durationMs: number; pxPerS: number }): Promise<void> {
    const box = await over.boundingBox();
    if (box === null) throw new Error('There is nothing to scroll.');
    await this.#session.send('Input.synthesizeScrollGesture', {
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      yDistance: -(durationMs / 1000) * pxPerS,
      speed: pxPerS,
      gestureSourceType: 'mouse',
    });
  }

  async #entries(type: Entry['entryType']): Promise<readonly Entry[]> {
    const entries = await this.#page.evaluate<Entry[]>('window.feelEntries');
    return entries.filter(({ entryType }) => entryType === type);
  }
}
