/** What every answer of the server has, whoever makes it: each route handler and page, and Next.js itself. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EXPOSED_HEADERS } from '#lib/protocol/constants.ts';
import { ROOT } from '#scripts/process/root.ts';
import { newFeedId, TestServer } from './test-server.ts';

const GOOD_ORIGIN = 'https://good.example:8443';
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE'] as const;

const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** The addresses of all files of this name below `app`, with an ID where they take one. */
function addressesOf(file: 'route.ts' | 'page.tsx'): string[] {
  return readdirSync(join(ROOT, 'app'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name === file || name.endsWith(`/${file}`))
    .map((name) => `/${name.slice(0, -file.length).replace(/\/$/, '')}`.replace(/\[+[^\]]*\]+/g, 'it-1'))
    .sort();
}

const ROUTES = addressesOf('route.ts');
const PAGES = addressesOf('page.tsx');

/** Requests that no route handler answers, or none as it would like to. */
const ODD_ROUTES = [
  '/api/feeds/%ff/stream',
  '/getData/%ff',
  '/api/feeds/it-1/poll?waitMs=soon',
  '/api/feeds/it-1/poll?waitMs=0&topic=none',
  '/api/feeds/stream?id=',
  '/api/feeds/',
  '/api',
  '/api/no/such/route',
  '/getData/',
];
const ODD_PAGES = ['/no-such-page', '/getData/it-1/more', '/feeds/', '/feeds/%ff', '/metrics/more', '/healthz/more'];

/** Its headers: a stream has no end. */
async function ask(server: TestServer, path: string, init: RequestInit = {}): Promise<Response> {
  const leave = new AbortController();
  const separator = path.includes('?') ? '&' : '?';
  // A poll that waits, or a stream that is refused, would only take its time.
  const asked = path.endsWith('/poll') ? `${path}${separator}waitMs=0&id=it-1` : path;
  const response = await server.fetch(asked, { redirect: 'manual', ...init, signal: leave.signal });
  leave.abort();
  return response;
}

function expectAlways(response: Response, what: string): void {
  const { headers } = response;
  expect(headers.get('x-content-type-options'), what).toBe('nosniff');
  expect(headers.get('referrer-policy'), what).toBe('no-referrer');
  expect(headers.get('x-frame-options'), what).toBe('DENY');
  expect(headers.get('cross-origin-resource-policy'), what).toBe('same-origin');
  expect(headers.get('x-request-id'), what).toMatch(/^[\w.-]{1,64}$/);
  expect(headers.get('content-security-policy'), what).toContain("frame-ancestors 'none'");
  expect(headers.has('x-powered-by'), what).toBe(false);
}

describe('every answer', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { RECORD_LOG: 'memory', DEMO: '1', CORS_ORIGINS: GOOD_ORIGIN } });
  }, 120_000);
  afterAll(() => server.stop());

  it('is asked for: every route and page that there is', () => {
    expect(ROUTES).toEqual(expect.arrayContaining(['/getData/it-1', '/metrics', '/api/feeds/it-1/stream']));
    expect(PAGES).toEqual(expect.arrayContaining(['/', '/ops', '/feeds/it-1']));
  });

  it.each(METHODS)(
    'of a route to %s lets a browser do nothing with it, and pages of one origin read it',
    async (method) => {
      for (const path of [...ROUTES, ...ODD_ROUTES]) {
        const response = await ask(server, path, { method, headers: { origin: GOOD_ORIGIN } });
        const what = `${method} ${path}: ${response.status}`;
        expectAlways(response, what);
        expect(response.status, what).toBeLessThan(500);
        expect(response.headers.get('content-security-policy'), what).toBe(DATA_POLICY);
        const isForPages = path !== '/metrics';
        expect(response.headers.get('access-control-allow-origin'), what).toBe(isForPages ? GOOD_ORIGIN : null);
        if (!isForPages) continue;
        expect(response.headers.get('vary'), what).toMatch(/\borigin\b/i);
        const exposed = response.headers.get('access-control-expose-headers')?.split(', ');
        expect(exposed, what).toEqual([...EXPOSED_HEADERS]);
      }
    },
  );

  it.each(['GET', 'HEAD', 'POST'] as const)('of a page to %s has a policy with a nonce of its own', async (method) => {
    const nonces = new Set<string | undefined>();
    for (const path of [...PAGES, ...ODD_PAGES]) {
      const response = await ask(server, path, { method, headers: { origin: GOOD_ORIGIN } });
      const what = `${method} ${path}: ${response.status}`;
      expectAlways(response, what);
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy, what).toMatch(/script-src 'self' 'nonce-[\w+/]{22}=='; /);
      expect(policy.replace(/style-src-attr [^;]*/, ''), what).not.toMatch(/unsafe-(inline|eval)/);
      expect(response.headers.get('cross-origin-opener-policy'), what).toBe('same-origin');
      expect(response.headers.get('permissions-policy'), what).toContain('camera=()');
      expect(response.headers.has('access-control-allow-origin'), what).toBe(false);
      nonces.add(/'nonce-([^']+)'/.exec(policy)?.[1]);
    }
    expect(nonces.size).toBe(PAGES.length + ODD_PAGES.length);
  });

  it('that is a page has the nonce on each of its scripts, and none that the request has brought', async () => {
    const headers = { 'content-security-policy': "script-src 'nonce-guessed'", 'x-nonce': 'guessed' };
    for (const path of PAGES) {
      const response = await server.fetch(path, { headers });
      const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1];
      const scripts = [...(await response.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
      expect(scripts.length, path).toBeGreaterThan(3);
      expect(
        scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`)),
        path,
      ).toEqual([]);
    }
  });

  it('that is a file has them, also where the browser has it already', async () => {
    const page = await (await server.fetch('/feeds')).text();
    const file = /\/_next\/static\/[^"]+\.js/.exec(page)?.[0] ?? '';
    for (const path of [file, '/icon.svg', '/_next/static/none.js']) {
      const first = await server.fetch(path);
      expectAlways(first, path);
      const etag = first.headers.get('etag');
      if (etag === null) continue;
      // By hand: `fetch` forbids such an answer to be taken from anywhere.
      const [second] = (await once(
        get(`${server.baseUrl}${path}`, { headers: { 'if-none-match': etag } }),
        'response',
      )) as [IncomingMessage];
      expect(second.statusCode).toBe(304);
      expect(second.headers['x-content-type-options']).toBe('nosniff');
      second.resume();
    }
  });

  it.each([
    ['of which the name is the beginning', `${GOOD_ORIGIN}.evil.example`],
    ['of which the name is the end', `https://evil-${new URL(GOOD_ORIGIN).host}`],
    ['with another port', 'https://good.example'],
    ['with another scheme', GOOD_ORIGIN.replace('https', 'http')],
    ['in other letters', GOOD_ORIGIN.toUpperCase()],
    ['with a path', `${GOOD_ORIGIN}/`],
    ['with a user', 'https://a@good.example:8443'],
    ['of a sandbox or a file', 'null'],
    ['that is a list', `${GOOD_ORIGIN}, https://evil.example`],
  ])('may not be read by a page of an origin %s', async (_, origin) => {
    for (const path of ['/getData/it-1', '/api/feeds/it-1/poll', '/api/feeds', '/readyz', '/api/feeds/%ff/poll']) {
      const { headers } = await ask(server, path, { headers: { origin } });
      expect(headers.get('access-control-allow-origin'), path).toBeNull();
      expect(headers.get('vary'), path).toMatch(/\borigin\b/i);
    }
  });
});

describe('a request ID', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { RECORD_LOG: 'memory', DEMO: '1', LOG_LEVEL: 'trace' } });
  }, 120_000);
  afterAll(() => server.stop());

  const idOf = async (given?: string): Promise<string | null> => {
    const headers = given === undefined ? {} : { 'x-request-id': given };
    return (await server.fetch('/readyz', { headers })).headers.get('x-request-id');
  };

  it('is the one that the request brings, where it is one', async () => {
    for (const given of ['a', 'A.b_c-9', 'x'.repeat(64)]) expect(await idOf(given)).toBe(given);
  });

  it('is made where the request brings none, or what could harm a log', async () => {
    const made = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;
    for (const given of [undefined, '', 'x'.repeat(65), 'a b', 'a\tb', 'a"b', '{"level":50}', 'a, b', '<b>', 'é']) {
      expect(await idOf(given), given).toMatch(made);
    }
    expect(await idOf()).not.toBe(await idOf());
  });

  it('is in the problem document, in its header and in one line of the log, with the route and not the URL', async () => {
    const log = async (): Promise<Record<string, unknown>[]> =>
      (await readFile(server.logFile, 'utf8'))
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const [path, line] of [
      ['/api/feeds/it-secret/poll?waitMs=soon', { route: '/api/feeds/{}/poll', status: 400, code: 'query-invalid' }],
      ['/api/feeds/%ff/stream', { route: '/api/feeds/{}/stream', status: 400 }],
      ['/api/none', { route: '/api/{}', status: 404, code: 'not-found' }],
    ] as const) {
      const response = await server.fetch(path);
      const problem = await response.json();
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(problem.requestId).toBe(response.headers.get('x-request-id'));
      const ofRequest = async () => (await log()).filter(({ requestId }) => requestId === problem.requestId);
      await vi.waitFor(async () => expect(await ofRequest()).toHaveLength(1));
      const expected = { level: 30, method: 'GET', client: '127.0.0.1', durationMs: expect.any(Number), ...line };
      expect(await ofRequest()).toEqual([expect.objectContaining(expected)]);
    }
  });

  it('is in the two lines of a stream, where they are asked for: as it begins, and as it ends and why', async () => {
    const id = newFeedId();
    const requestId = `stream-${id}`;
    const client = server.stream(`/getData/${id}`, { 'x-request-id': requestId });
    await client.untilOpen();
    await server.publish(id, { hush: 'hush-value' });
    await client.until(() => expect(client.values).toHaveLength(1));
    client.close();
    const lines = async (): Promise<unknown[]> =>
      (await readFile(server.logFile, 'utf8'))
        .split('\n')
        .filter((line) => line.includes(requestId))
        .map((line) => JSON.parse(line));
    await vi.waitFor(async () => expect(await lines()).toHaveLength(2));
    const [count, bytes, ageMs] = [1, expect.any(Number), expect.any(Number)];
    expect(await lines()).toEqual([
      expect.objectContaining({ level: 20, id, topic: 'orders', format: 'raw', from: 'now' }),
      expect.objectContaining({ level: 20, reason: 'client', events: count, bytes, ageMs }),
    ]);
  });

  it('is all that a log has of a request: no header, no cookie, no query, no ID, no value', async () => {
    const id = newFeedId();
    const secret = (name: string): string => `hush-${name}-${id}`;
    const headers = {
      authorization: `Bearer ${secret('authorization')}`,
      'proxy-authorization': secret('proxy'),
      cookie: `session=${secret('cookie')}`,
      'x-api-key': secret('key'),
      'last-event-id': secret('cursor'),
      referer: `http://x.invalid/?${secret('referer')}`,
      'user-agent': secret('agent'),
    };
    const query = `token=${secret('query')}&access_token=${secret('access')}`;
    await server.publish(id, { value: secret('value') });
    const answers: string[] = [];
    for (const path of [
      `/api/feeds/${id}/poll?waitMs=soon`,
      `/api/feeds/${id}/poll?waitMs=0`,
      `/api/feeds/${id}/poll?topic=none`,
      '/api/feeds/%ff/stream?',
      `/api/${secret('path')}?`,
      `/${secret('page')}?`,
      `/feeds/${secret('feed')}?`,
      '/metrics?',
    ]) {
      const response = await server.fetch(`${path}&${query}`, { headers });
      const body = await response.text();
      // A page tells its browser the address that it has.
      if (response.headers.get('content-type') !== 'text/html; charset=utf-8') answers.push(body);
      answers.push(JSON.stringify([...response.headers]));
    }
    const body = `{"value": "${secret('body')}"`;
    const posted = await server.fetch(`/api/feeds/${id}/events?${query}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    answers.push(await posted.text());
    const last = await server.fetch('/api/last', { headers: { 'x-request-id': `last-${id}` } });
    expect(last.status).toBe(404);
    await vi.waitFor(async () => expect(await readFile(server.logFile, 'utf8')).toContain(`last-${id}`));
    expect(await readFile(server.logFile, 'utf8')).not.toContain('hush-');
    for (const answer of answers) expect(answer).not.toContain('hush-');
  });
});

describe('an error that is not for the client', () => {
  /** The list of feeds fails in the running server, as if by a fault of ours. */
  const BREAK = `
    const { json } = Response;
    Response.json = (data, init) => {
      if (data?.feeds === undefined) return json.call(Response, data, init);
      throw Object.assign(new TypeError('inside'), { request: { headers: { authorization: 'hu' + 'sh' } } });
    };
  `;
  let server: TestServer;
  beforeAll(async () => {
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(BREAK)}`;
    server = await TestServer.start({ env: { RECORD_LOG: 'memory', CORS_ORIGINS: '*', NODE_OPTIONS } });
  }, 120_000);
  afterAll(() => server.stop());

  it('is answered with a problem document that tells nothing of it, and logged once with its stack', async () => {
    const response = await server.fetch('/api/feeds');
    const text = await response.text();
    expect(response.status).toBe(500);
    expectAlways(response, 'GET /api/feeds');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const problem = JSON.parse(text);
    expect(problem).toMatchObject({ code: 'internal', status: 500, requestId: response.headers.get('x-request-id') });
    expect(text).not.toContain('inside');
    const lines = async (): Promise<string[]> =>
      (await readFile(server.logFile, 'utf8')).split('\n').filter((line) => line.includes(problem.requestId));
    await vi.waitFor(async () => expect(await lines()).toHaveLength(2));
    const [failure, refusal] = (await lines()).map((line) => JSON.parse(line));
    expect(failure).toMatchObject({ level: 50, err: { type: 'TypeError', message: 'inside' } });
    expect(failure.err.stack).toContain('at ');
    expect(refusal).toMatchObject({ level: 40, status: 500, code: 'internal', route: '/api/feeds' });
    expect((await lines()).join('\n')).not.toContain('hush');
  });
});
