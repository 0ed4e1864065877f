import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { routeEntrance } from './route-entrance.ts';

const BUILD = '/build';

/** In the place of what `next build` has made: here it is shown only where a request goes. */
type Handle = (route: string, response: ServerResponse) => Promise<void>;

class Entered {
  readonly troubles: unknown[] = [];
  readonly loaded: string[] = [];
  readonly #server;

  constructor(handle: Handle) {
    const load = (file: string): unknown => {
      this.loaded.push(file);
      const route = /^\/build\/app\/(.*)\/route\.js$/.exec(file)?.[1] ?? '';
      return { handler: (_request: unknown, response: ServerResponse) => handle(route, response) };
    };
    const entrance = routeEntrance({ serverDir: BUILD, load, onTrouble: (error) => this.troubles.push(error) });
    this.#server = createServer((incoming, response) => {
      if (!entrance(incoming, response)) response.end('the long way');
    });
  }

  async ask(path: string, { method = 'GET', headers = {} } = {}): Promise<{ status: number; text: string }> {
    if (!this.#server.listening) await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, method, headers }, async (incoming) => {
        resolve({ status: incoming.statusCode ?? 0, text: await textOf(incoming) });
      })
        .on('error', reject)
        .end();
    });
  }

  close(): void {
    this.#server.close();
  }
}

describe('the short way to a route handler', () => {
  let entered: Entered;

  function enter(handle: Handle = async (route, response) => void response.end(route)): Entered {
    entered = new Entered(handle);
    return entered;
  }

  afterEach(() => entered.close());

  it.each([
    ['/getData/1234', 'getData/[id]'],
    ['/getData/order:1234-ab_c.d~e?after=x%20y', 'getData/[id]'],
    ['/api/feeds/1234/stream?format=envelope', 'api/feeds/[id]/stream'],
    ['/api/feeds/stream?id=%2E%2E', 'api/feeds/stream'],
    ['/api/feeds/1234/poll?waitMs=0', 'api/feeds/[id]/poll'],
    ['/api/feeds/poll?id=1', 'api/feeds/poll'],
  ])('is taken by %s', async (path, route) => {
    expect(await enter().ask(path)).toEqual({ status: 200, text: route });
    expect(entered.troubles).toEqual([]);
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
    expect((await enter().ask(path)).text).toBe('the long way');
  });

  it('is for GET alone', async () => {
    enter();
    for (const method of ['POST', 'OPTIONS', 'PUT']) {
      expect((await entered.ask('/getData/1', { method })).text).toBe('the long way');
    }
  });

  it.each(['x-middleware-rewrite', 'x-matched-path', 'x-now-route-matches', 'Next-Action', 'RSC', 'x-nextjs-data'])(
    'is not for a request with the header %s, which Next.js must take away',
    async (name) => {
      expect((await enter().ask('/getData/1', { headers: { [name]: '1' } })).text).toBe('the long way');
    },
  );

  it('loads a route once', async () => {
    enter();
    for (const id of ['1', '2', '3']) await entered.ask(`/getData/${id}`);
    expect(entered.loaded).toEqual(['/build/app/getData/[id]/route.js']);
  });

  it('leaves nobody without an answer where it fails itself, and is not taken again', async () => {
    const failure = new Error('There is no manifest.');
    enter(() => Promise.reject(failure));
    const { status, text } = await entered.ask('/getData/1');
    expect(status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ code: 'internal' });
    expect(text).not.toContain('manifest');
    expect(await entered.ask('/getData/1')).toEqual({ status: 200, text: 'the long way' });
    expect(entered.troubles).toEqual([failure]);
  });
});
