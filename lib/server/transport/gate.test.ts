import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { ClientAddresses } from '../limits/client-addresses.ts';
import { Limits } from '../limits/limits.ts';
import { answerHeaders } from './answer-headers.ts';
import { ConnectionTracker } from './connection.ts';
import { type Gate, limitGate } from './gate.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

// It stands in front of every server that this process begins to listen on, and has no end.
let gate: Gate = () => false;
let addresses = new ClientAddresses(parseConfig({ RECORD_LOG: 'memory', AUTH: 'none' }).limits.trustedProxies);
new ConnectionTracker().start({
  clientOf: (asked) => addresses.of(asked),
  greet: answerHeaders({ corsOrigins: ['https://page.example'], hasTokens: false, isDevelopment: false }),
  gate: (asked, response, connection) => gate(asked, response, connection),
});

function useLimits(env: Record<string, string>): void {
  const config = parseConfig({ RECORD_LOG: 'memory', AUTH: 'none', ...env });
  addresses = new ClientAddresses(config.limits.trustedProxies);
  const limits = new Limits(config.limits, { now: () => 0, random: () => 0 });
  gate = limitGate(limits);
}

/** @param where a port of the loopback, or the path of a Unix socket */
async function listen(where: number | string): Promise<{ host?: string; port?: number; socketPath?: string }> {
  const server = createServer((_, response) => response.end('behind the gate'));
  if (typeof where === 'string') server.listen(where);
  else server.listen(where, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' ? { host: '127.0.0.1', port: address?.port ?? 0 } : { socketPath: String(where) };
}

async function ask(options: object): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const asked = request({ agent: false, ...options }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

describe('the gate', () => {
  it('refuses rather than guesses where the peer has no address, unless no client is limited', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'feedline-gate-'));
    undo.push(() => rm(folder, { recursive: true }));
    const place = await listen(join(folder, 'socket'));
    useLimits({});
    const refused = await ask({ ...place, headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'client-unknown' });
    useLimits({ CLIENT_CONNECTIONS_MAX: '0', CLIENT_REQUESTS_PER_S: '0' });
    expect((await ask(place)).body).toBe('behind the gate');
  });

  it('tells a page of another origin why it is refused, and when to come back', async () => {
    const place = { ...(await listen(0)), path: '/api/feeds' };
    useLimits({ CLIENT_REQUESTS_PER_S: '1', CLIENT_REQUESTS_BURST: '1' });
    const headers = { origin: 'https://page.example' };
    expect((await ask({ ...place, headers })).body).toBe('behind the gate');
    const refused = await ask({ ...place, headers });
    expect(refused).toMatchObject({
      status: 429,
      headers: {
        'access-control-allow-origin': 'https://page.example',
        'access-control-expose-headers': expect.stringContaining('retry-after'),
        'cache-control': 'no-store, no-transform',
        'content-type': 'application/problem+json',
        'retry-after': '1',
      },
    });
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'too-many-requests' });
    expect(await ask({ ...place, method: 'HEAD' })).toMatchObject({ status: 429, body: '' });
  });

  it('keeps from Next.js what that would answer with 500, or print an error of', async () => {
    const place = await listen(0);
    useLimits({});
    for (const path of ['/', '/api/feeds']) {
      const trace = await ask({ ...place, path, method: 'TRACE' });
      expect(trace).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
    }
    const whole = await ask({ ...place, path: '*', method: 'OPTIONS' });
    const action = await ask({ ...place, method: 'POST', headers: { 'next-action': 'x' } });
    for (const { status, body } of [whole, action]) {
      expect(status).toBe(400);
      expect(JSON.parse(body)).toMatchObject({ code: 'request-malformed' });
    }
    // A page of ours that is fetched with it has no action to call.
    expect((await ask({ ...place, headers: { 'next-action': 'x' } })).body).toBe('behind the gate');
  });

  it('takes a probe by its whole path only', async () => {
    const place = await listen(0);
    useLimits({ CLIENT_REQUESTS_PER_S: '1', CLIENT_REQUESTS_BURST: '1' });
    await ask(place);
    expect((await ask({ ...place, path: '/readyz' })).status).toBe(200);
    for (const path of ['/readyz/../feeds', '/readyz?x', '/Readyz', '//readyz']) {
      expect((await ask({ ...place, path })).status, path).toBe(429);
    }
  });

  it('notices whose word did not count', async () => {
    const place = await listen(0);
    useLimits({ TRUSTED_PROXIES: '127.0.0.1' });
    await ask({ ...place, headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(addresses.lastIgnored).toBeUndefined();
    await ask({ ...place, localAddress: '127.0.0.2', headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(addresses.lastIgnored).toBe('127.0.0.2');
  });
});
