import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { findChromium } from '#scripts/testing/chromium.ts';

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/**
 * A Chromium whose tabs are seen and hidden as a user's are. Playwright makes every page believe that it is in front,
 * so this one is spoken to directly, over the DevTools protocol's pipe.
 */
export class TabbedChromium {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  private constructor(process: ChildProcess, profile: string) {
    this.#process = process;
    this.#profile = profile;
    let text = '';
    (process.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (text + chunk).split('\0');
      text = messages.pop() ?? '';
      for (const message of messages) this.#receive(JSON.parse(message));
    });
  }

  static async launch(): Promise<TabbedChromium> {
    const path = findChromium();
    if (path === undefined) throw new Error('No Chromium was found: `npm test` installs one.');
    const profile = await mkdtemp(join(tmpdir(), 'feedline-chromium-'));
    const args = [
      '--headless=new',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      'about:blank',
    ];
    return new TabbedChromium(spawn(path, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] }), profile);
  }

  /** In front of all others, which are hidden by it. */
  async open(url: string): Promise<Tab> {
    const { targetId } = (await this.send('Target.createTarget', { url })) as { targetId: string };
    const { sessionId } = (await this.send('Target.attachToTarget', { targetId, flatten: true })) as {
      sessionId: string;
    };
    const tab = new Tab(this, targetId, sessionId);
    // Between the empty page that it begins with and its own there is none that could be asked.
    await waitUntil(url, () => tab.evaluate(`location.href !== 'about:blank' || undefined`).catch(() => undefined), {
      timeoutMs: 30_000,
      intervalMs: 20,
    });
    return tab;
  }

  async send(method: string, params: object = {}, sessionId?: string): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    await this.send('Browser.close');
    await exited;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #receive(answer: Answer): void {
    if (answer.id === undefined) return;
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}

export class Tab {
  readonly #browser: TabbedChromium;
  readonly #targetId: string;
  readonly #sessionId: string;

  constructor(browser: TabbedChromium, targetId: string, sessionId: string) {
    this.#browser = browser;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const params = { expression, returnByValue: true };
    const { result } = (await this.#browser.send('Runtime.evaluate', params, this.#sessionId)) as {
      result: { value?: unknown };
    };
    return result.value;
  }

  /** The states of the page's connections, in the order in which they are shown. */
  async states(): Promise<unknown> {
    return this.evaluate('[...document.querySelectorAll("[data-state]")].map((badge) => badge.dataset.state)');
  }

  async bringToFront(): Promise<void> {
    await this.#browser.send('Target.activateTarget', { targetId: this.#targetId });
  }

  async close(): Promise<void> {
    await this.#browser.send('Target.closeTarget', { targetId: this.#targetId });
  }
}
