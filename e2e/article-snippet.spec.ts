import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './fixtures.ts';

/** The article's client, as its Angular service has it; only the address of the server is ours. */
const snippet = (baseUrl: string, id: string): string => `
  const { Observable } = rxjs;
  const getData = (id) => Observable.create((observer) => {
    const eventSource = new EventSource("${baseUrl}/getData/" + id);
    eventSource.onmessage = (event) => observer.next(event.data);
    eventSource.onerror = (error) => observer.error(error);
  });
  getData("${id}").subscribe((data) => {
    const row = document.createElement('li');
    row.textContent = data;
    document.body.append(row);
  });
`;

/** A page of another origin: another port is one. */
async function serve(pages: Readonly<Record<string, string>>): Promise<{ origin: string; server: Server }> {
  const server = createServer((request, response) => {
    const body = pages[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': request.url?.endsWith('.js') ? 'text/javascript' : 'text/html',
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

test('a page on another origin runs the article’s client unchanged', async ({ page, request, baseUrl, feedId }) => {
  const rxjs = await readFile(
    new URL('dist/bundles/rxjs.umd.min.js', import.meta.resolve('rxjs/package.json')),
    'utf8',
  );
  const { origin, server } = await serve({
    '/': `<!doctype html><script src="/rxjs.js"></script><body><script>${snippet(baseUrl, feedId)}</script>`,
    '/rxjs.js': rxjs,
  });
  const opened = page.waitForResponse((response) => response.url().endsWith(`/getData/${feedId}`));
  await page.goto(origin);
  expect((await opened).status()).toBe(200);
  // The stream's response is there; its hello says that the reader has its place.
  await expect
    .poll(async () => {
      await request.post(`/api/feeds/${feedId}/events`, { data: { hello: 'from Kafka' } });
      return page.locator('li').count();
    })
    .toBeGreaterThan(0);
  await expect(page.locator('li').first()).toHaveText('{"hello":"from Kafka"}');
  await new Promise((resolve) => server.close(resolve));
});

test('the article’s own way is there as the foil: what it sends has no cursor', async ({
  request,
  baseUrl,
  feedId,
}) => {
  const response = await fetch(`${baseUrl}/api/article/${feedId}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  await request.post(`/api/feeds/${feedId}/events`, { data: { a: 1 } });
  let text = '';
  while (!text.includes('data:')) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  expect(text).toContain('data:{"a":1}');
  expect(text).not.toContain('id:');
});
