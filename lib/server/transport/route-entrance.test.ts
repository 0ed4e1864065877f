import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeEntrance } from './route-entrance.ts';

/** In the place of what `next build` has made; only where a request goes is shown here. */
const MODULES: Readonly<Record<string, unknown>> = Object.fromEntries(
  ['getData/[id]', 'api/feeds/[id]/stream', 'api/feeds/[id]/poll', 'api/feeds/stream', 'api/feeds/poll'].map(
    (route) => [
      `/build/app/${route}/route.js`,
      { handler: async (_request: IncomingMessage, response: ServerResponse) => void response.end(route) },
    ],
  ),
);

describe('the short way to a route handler', () => {
  let server: Server;
  const troubles: unknown[] = [];

  beforeAll(async () => {
    const load = (file: string): unknown => {
      if (file in MODULES) return MODULES[file];
      throw new Error(`There is no ${file}.`);
    };
    const entrance = routeEntrance({ serverDir: '/build', load, onTrouble: (error) => troubles.push(error) });
    server = createServer((incoming, response) => {
      if (!entrance(incoming, response)) response.end('the long way');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    expect(troubles).toEqual([]);
  });

  const ask = (path: string, { method = 'GET', headers = {} } = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      request({ host: '127.0.0.1', port, path, method, headers }, (incoming) => resolve(textOf(incoming)))
        .on('error', reject)
        .end();
    });

  it.each([
    ['/getData/1234', 'getData/[id]'],
    ['/getData/order:1234-ab_c.d~e?after=x%20y', 'getData/[id]'],
    ['/api/feeds/1234/stream?format=envelope', 'api/feeds/[id]/stream'],
    ['/api/feeds/stream?id=%2E%2E', 'api/feeds/stream'],
    ['/api/feeds/1234/poll?waitMs=0', 'api/feeds/[id]/poll'],
    ['/api/feeds/poll?id=1', 'api/feeds/poll'],
  ])('is taken by %s', async (path, route) => {
    expect(await ask(path)).toBe(route);
  });

  it.each([
    '/',
    '/getData',
    '/getData/',
    '/getData/1234/',
    '/getData/%ff',
    '/getData/a%2Fb',
    '/getData/..',
    '/getData/.hidden',
    '/getData/a\\b',
    '//getData/1234',
    '/getData/1234/more',
    '/api/feeds',
    '/api/feeds/1234/events',
    '/api/article/1234',
    '/x/getData/1234',
  ])('is not taken by %s', async (path) => {
    expect(await ask(path)).toBe('the long way');
  });

  it('is for GET alone', async () => {
    for (const method of ['POST', 'OPTIONS', 'PUT']) expect(await ask('/getData/1', { method })).toBe('the long way');
  });

  it.each(['x-middleware-rewrite', 'x-matched-path', 'x-now-route-matches', 'Next-Action', 'RSC', 'x-nextjs-data'])(
    'is not for a request with the header %s, which Next.js must take away',
    async (name) => {
      expect(await ask('/getData/1', { headers: { [name]: '1' } })).toBe('the long way');
    },
  );
});
