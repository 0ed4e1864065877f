/** The snippets of a feed's page, taken from it and pasted: each shows what is published, through a cut, to the end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type APIRequestContext, type BrowserContext, expect as check, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { ROOT } from '#scripts/process/root.ts';
import { SeverableProxy } from '#scripts/testing/severable-proxy.ts';
import { expect, test } from './fixtures.ts';

/** What runs the snippet, and what it has shown so far. */
interface Runner {
  readonly shown: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

type Title = 'JavaScript' | 'React' | 'curl';

/** As a reader would: the tab, then its text. */
async function snippetOf(page: Page, title: Title): Promise<string> {
  await page.getByRole('tab', { name: title }).click();
  const text = page.getByTestId('snippet');
  await expect(text).toContainText('http://');
  return (await text.textContent()) ?? '';
}

// No page of ours lets a script in that is not its own: these are for pages of others.
test.use({ bypassCSP: true });

/** A page that has nothing of ours in it; to a feed behind the proxy it is of another origin. */
async function blankPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto('/healthz');
  return page;
}

async function runJavaScript(context: BrowserContext, snippet: string): Promise<Runner> {
  const page = await blankPage(context);
  const lines: string[] = [];
  page.on('console', (message) => lines.push(message.text()));
  await page.addScriptTag({ content: snippet });
  return { shown: async () => lines.join('\n'), stop: () => page.close() };
}

async function runReact(context: BrowserContext, snippet: string): Promise<Runner> {
  const mount = `
    import { createRoot } from 'react-dom/client';
    createRoot(document.body).render(<Feed />);
  `;
  const { outputFiles } = await build({
    stdin: { contents: snippet + mount, loader: 'jsx', resolveDir: ROOT },
    bundle: true,
    write: false,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const page = await blankPage(context);
  // It shows the newest event alone: what it has shown before is kept here.
  const seen: string[] = [];
  await page.exposeFunction('onShown', (text: string) => seen.push(text));
  await page.evaluate(() => {
    const tell = (window as unknown as { onShown: (text: string) => void }).onShown;
    new MutationObserver(() => tell(document.body.textContent)).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  return { shown: async () => seen.join('\n'), stop: () => page.close() };
}

async function runCurl(_context: BrowserContext, snippet: string): Promise<Runner> {
  // A group of its own, so that what bash starts ends with it.
  const bash: ChildProcess = spawn('bash', ['-c', snippet], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let text = '';
  for (const stream of [bash.stdout, bash.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const exited = new Promise<void>((resolve) => bash.once('close', () => resolve()));
  return {
    shown: async () => text,
    stop: async () => {
      if (bash.exitCode === null && bash.pid !== undefined) process.kill(-bash.pid, 'SIGKILL');
      await exited;
    },
  };
}

const RUNNERS: Record<Title, (context: BrowserContext, snippet: string) => Promise<Runner>> = {
  JavaScript: runJavaScript,
  React: runReact,
  curl: runCurl,
};
const TITLES = ['JavaScript', 'React', 'curl'] as const;

async function publish(request: APIRequestContext, id: string, note: string, query = ''): Promise<void> {
  const url = `/api/feeds/${encodeURIComponent(id)}/events${query}`;
  check((await request.post(url, { data: { note } })).status()).toBe(201);
}

/** The snippet begins at now, and does not say when it has: publishes until one is shown. */
async function untilWatching(request: APIRequestContext, id: string, runner: Runner): Promise<void> {
  await expect
    .poll(async () => {
      await publish(request, id, 'first');
      return runner.shown();
    })
    .toContain('"note":"first"');
}

for (const title of TITLES) {
  test(`the ${title} snippet, pasted, shows each event, also those of a cut, and the end of the feed`, async ({
    page,
    context,
    request,
    baseUrl,
    feedId,
  }) => {
    const proxy = await SeverableProxy.start(baseUrl);
    await page.goto(`${proxy.url}/feeds/${feedId}`);
    const runner = await RUNNERS[title](context, await snippetOf(page, title));
    await untilWatching(request, feedId, runner);
    proxy.sever();
    await publish(request, feedId, 'while it was cut');
    proxy.restore();
    await expect.poll(runner.shown).toContain('while it was cut');
    await publish(request, feedId, 'last one', '?end=1');
    await expect.poll(runner.shown).toContain('last one');
    await expect.poll(runner.shown).toMatch(/^(end$|over)/m);
    await runner.stop();
    await proxy.stop();
  });

  test(`the ${title} snippet of an ID with quotes, blanks and slashes watches that very ID`, async ({
    page,
    context,
    request,
    feedId,
  }) => {
    const id = `${feedId}/it's "a" \`b\` $(c) \\ %41 ü?#`;
    await page.goto(`/feeds?${new URLSearchParams({ feed: id })}`);
    const runner = await RUNNERS[title](context, await snippetOf(page, title));
    await untilWatching(request, id, runner);
    await runner.stop();
  });
}

test('a snippet is copied with one press', async ({ page, context, feedId }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`/feeds/${feedId}`);
  const snippet = await snippetOf(page, 'curl');
  await page.getByRole('button', { name: 'Copy: the snippet' }).click();
  await expect(page.getByRole('button', { name: 'Copied: the snippet' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.trim()).toBe(snippet.trim());
});
