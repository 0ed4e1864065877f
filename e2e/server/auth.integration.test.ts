import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedList } from '#lib/protocol/events.ts';
import { newFeedId, TestServer } from './test-server.ts';
import {
  AUDIENCE,
  type Claims,
  claimsOf,
  hmacToken,
  ISSUER,
  IssuerKey,
  inSeconds,
  KeyServer,
  SECRET,
  unsignedToken,
} from './tokens.ts';

const ENV = {
  RECORD_LOG: 'memory',
  DEMO: '1',
  PING_MS: '200',
  AUTH: 'jwt',
  JWT_AUDIENCE: AUDIENCE,
  JWT_ISSUER: ISSUER,
  JWT_CLOCK_SKEW_MS: '0',
  KAFKA_TOPICS: 'orders,payments',
};
const ALL = [{ all: true }, { all: true, topic: 'payments' }, { all: true, topic: 'feedline-control' }];
const JSON_TYPE = { 'content-type': 'application/json' };

/** One way to each kind of door; the ID in a path with an escape goes through Next.js's router, the other past it. */
const FEED_PATHS = (id: string): readonly string[] => [
  `/getData/${id}`,
  `/getData/%${Buffer.from(id.slice(0, 1)).toString('hex')}${id.slice(1)}`,
  `/api/feeds/${id}/stream`,
  `/api/feeds/stream?id=${id}`,
  `/api/feeds/${id}/poll?waitMs=0`,
  `/api/feeds/poll?id=${id}&waitMs=0`,
  `/api/article/${id}`,
];

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start({ env: { ...ENV, JWT_SECRET: SECRET } });
});
afterAll(() => server.stop());

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const tokenFor = (feeds: unknown, claims: Claims = {}): string => hmacToken(claimsOf(feeds, claims));

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The whole of an answer, or of a stream its head. */
async function ask(path: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Answer> {
  const response = await server.fetch(path, { headers, ...init });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const body = isStream ? '' : await response.text();
  if (isStream) await response.body?.cancel();
  return { status: response.status, headers: response.headers, body };
}

async function statusOf(path: string, token?: string): Promise<number> {
  return (await ask(path, token === undefined ? {} : bearer(token))).status;
}

async function publish(id: string, value: unknown, topic = 'orders'): Promise<void> {
  const path = `/api/feeds/${encodeURIComponent(id)}/events?topic=${topic}`;
  const body = JSON.stringify(value);
  const response = await server.fetch(path, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...bearer(tokenFor(ALL)) },
    body,
  });
  expect(response.status).toBe(201);
}

describe('without a token', () => {
  it.each([...FEED_PATHS('a'), '/api/feeds', '/api/status', '/metrics'])(
    '%s is 401, with a challenge',
    async (path) => {
      const { status, headers, body } = await ask(path);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(JSON.parse(body)).toMatchObject({ code: 'unauthorized', status: 401 });
      expect(headers.get('cache-control')).toContain('no-store');
    },
  );

  it('HEAD is 401 too', async () => {
    for (const path of FEED_PATHS('a')) expect((await ask(path, {}, { method: 'HEAD' })).status).toBe(401);
  });

  it('nothing can be published and no fault ordered', async () => {
    const post = { method: 'POST', body: '{}' };
    expect((await ask('/api/feeds/a/events', JSON_TYPE, post)).status).toBe(401);
    expect((await ask('/api/demo/faults', JSON_TYPE, post)).status).toBe(401);
  });

  it('a load balancer is answered, and the pages come, without any of the feeds in them', async () => {
    const id = newFeedId();
    await publish(id, 'nobody may see this');
    for (const path of ['/healthz', '/readyz']) expect((await ask(path)).status).toBe(200);
    expect(JSON.parse((await ask('/readyz')).body)).toMatchObject({ reason: 'reading every topic', topics: [] });
    for (const path of ['/', '/feeds', '/ops', `/feeds/${id}`]) {
      const { status, body } = await ask(path);
      expect(status).toBe(200);
      expect(body).not.toContain('nobody may see this');
    }
    for (const path of ['/', '/feeds', '/ops']) expect((await ask(path)).body).not.toContain(id);
  });
});

describe('a token', () => {
  it('opens the feed that it names on every way, and no other', async () => {
    const token = tokenFor(['mine']);
    for (const path of FEED_PATHS('mine'))
      expect([path, await statusOf(path, token)]).toEqual([path, expect.toBeOneOf([200, 204])]);
    for (const path of FEED_PATHS('other')) expect([path, await statusOf(path, token)]).toEqual([path, 403]);
    expect((await ask('/getData/other', bearer(token), { method: 'HEAD' })).status).toBe(403);
  });

  it('is no good in the URL', async () => {
    const token = tokenFor(ALL);
    for (const name of ['token', 'access_token', 'jwt', 'feedline_token', 'authorization']) {
      expect(await statusOf(`/api/feeds/a/poll?waitMs=0&${name}=${token}`)).toBe(401);
    }
  });

  it('is taken from the cookie, the header wins over it, and two cookies are none', async () => {
    const [mine, other] = [tokenFor(['mine']), tokenFor(['other'])];
    const poll = '/api/feeds/mine/poll?waitMs=0';
    const cookie = async (value: string, more: Record<string, string> = {}): Promise<number> =>
      (await ask(poll, { cookie: value, ...more })).status;
    expect(await cookie(`a=b; feedline_token=${mine}; c=d`)).toBe(204);
    expect(await cookie(`feedline_token=${other}`, bearer(mine))).toBe(204);
    expect(await cookie(`feedline_token=${mine}`, bearer(other))).toBe(403);
    expect(await cookie(`feedline_token=${mine}`, { authorization: 'Bearer' })).toBe(401);
    expect(await cookie(`feedline_token=${mine}`, { authorization: 'Bearer a b' })).toBe(401);
    expect(await cookie(`feedline_token=${mine}; feedline_token=${mine}`)).toBe(401);
    expect(await cookie(`feedline_token=${other}; feedline_token=${mine}`)).toBe(401);
    // Names that only look like it: none of them is it.
    for (const name of [
      'Feedline_token',
      'xfeedline_token',
      'feedline_token2',
      '__Host-feedline_token',
      'feedline_token ',
    ]) {
      expect(await cookie(`${name}=${mine}`)).toBe(401);
    }
    expect(await cookie(`a="; feedline_token=${mine}; b="`)).toBe(204);
    expect(await cookie(`feedline_token="${mine}"`)).toBe(401);
    expect(await cookie('feedline_token=')).toBe(401);
  });

  const good = claimsOf(['a']);
  const { exp: _, ...endless } = good;
  const forged: readonly (readonly [what: string, token: string])[] = [
    ['signed with another secret', hmacToken(good, { secret: 'another secret of thirty-two bytes' })],
    ['signed with an empty secret', hmacToken(good, { secret: '' })],
    ['with alg none', unsignedToken(good)],
    ['with alg None', unsignedToken(good, 'None')],
    ['without its signature', unsignedToken(good, 'HS256')],
    ['by an algorithm that is not pinned', hmacToken(good, { alg: 'HS512' })],
    ['that has expired', hmacToken({ ...good, exp: inSeconds(-1) })],
    ['that is not valid yet', hmacToken({ ...good, nbf: inSeconds(60) })],
    ['without exp', hmacToken(endless)],
    ['whose exp is a text', hmacToken({ ...good, exp: String(inSeconds(60)) })],
    ['whose exp is null', hmacToken({ ...good, exp: null })],
    ['for another audience', hmacToken({ ...good, aud: 'another' })],
    ['for an audience that ours begins with', hmacToken({ ...good, aud: AUDIENCE.slice(0, -1) })],
    ['without an audience', hmacToken({ ...good, aud: undefined })],
    ['of another issuer', hmacToken({ ...good, iss: `${ISSUER}/` })],
    ['without an issuer', hmacToken({ ...good, iss: undefined })],
    ['that is too long', hmacToken({ ...good, padding: 'x'.repeat(7_000) })],
    ['that is no token', 'a.b.c'],
    ['that is empty', ''],
    ['whose claim of feeds is a text', hmacToken({ ...good, feeds: 'a' })],
    ['whose claim of feeds is an object', hmacToken({ ...good, feeds: { id: 'a' } })],
    ['with an empty prefix', hmacToken({ ...good, feeds: [{ prefix: '' }] })],
    ['with a grant that has a restriction we do not know', hmacToken({ ...good, feeds: ['a', { id: 'a', until: 1 }] })],
  ];
  it.each(forged)('%s is 401', async (_what, token) => {
    for (const path of ['/api/feeds/a/poll?waitMs=0', '/getData/%61']) {
      const { status, headers, body } = await ask(path, bearer(token));
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      // What is wrong is said, and nothing of the token, nor of what would be right.
      if (token.length > 10) expect(body).not.toContain(token.split('.')[1]?.slice(0, 20));
      for (const ours of [SECRET, AUDIENCE, ISSUER]) expect(body).not.toContain(ours);
    }
  });

  it('changed in any of its characters is 401', async () => {
    const token = tokenFor(['a']);
    for (let at = 0; at < token.length; at += 7) {
      // Not a neighbour: the last character has bits to spare.
      const other = 'ABCD'.includes(token[at] ?? '') ? 'Q' : 'A';
      const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect([at, await statusOf('/api/feeds/a/poll?waitMs=0', changed)]).toEqual([at, 401]);
    }
  });

  it('that names no feeds may ask how the pod is, and watch nothing', async () => {
    const token = hmacToken(claimsOf(undefined));
    expect(await statusOf('/api/status', token)).toBe(200);
    expect(await statusOf('/metrics', token)).toBe(200);
    expect(await statusOf('/getData/a', token)).toBe(403);
    expect(JSON.parse((await ask('/api/feeds', bearer(token))).body)).toMatchObject({ total: 0, feeds: [] });
  });
});

describe('what a token does not name', () => {
  it('is answered the same whether there is such a feed, or topic, or not', async () => {
    const [known, unknown] = [newFeedId(), newFeedId()];
    await publish(known, 1);
    const token = tokenFor(['mine']);
    const shape = async (path: string): Promise<unknown> => {
      const { status, headers, body } = await ask(path, bearer(token));
      const { requestId: _, ...problem } = JSON.parse(body);
      const names = [...headers.keys()].filter((name) => !['date', 'keep-alive', 'connection'].includes(name));
      return { status, names, problem };
    };
    const answer = await shape(`/api/feeds/${known}/poll?waitMs=0`);
    expect(answer).toMatchObject({ status: 403, problem: { code: 'forbidden' } });
    for (const path of [
      `/api/feeds/${unknown}/poll?waitMs=0`,
      `/api/feeds/${known}/stream`,
      `/api/feeds/${known}/poll?waitMs=0&topic=payments`,
      `/api/feeds/${known}/poll?waitMs=0&topic=no-such-topic`,
      `/api/feeds/${known}/poll?waitMs=0&topic=feedline-control`,
      `/api/feeds/pods/stream?topic=feedline-control`,
    ]) {
      expect([path, await shape(path)]).toEqual([path, answer]);
    }
  });

  it('is not in the list of feeds, nor in its count', async () => {
    const prefix = newFeedId();
    for (const id of [`${prefix}-mine-1`, `${prefix}-theirs`, `${prefix}-mine-2`, `${prefix}-exact`])
      await publish(id, id);
    await publish(`${prefix}-payment`, 1, 'payments');
    const token = tokenFor([
      { prefix: `${prefix}-mine` },
      `${prefix}-exact`,
      { topic: 'payments', id: `${prefix}-theirs` },
    ]);
    const list = async (query: string): Promise<FeedList> =>
      JSON.parse((await ask(`/api/feeds?${query}`, bearer(token))).body) as FeedList;
    const all = await list('');
    expect(all.feeds.map(({ id }) => id).toSorted()).toEqual([
      `${prefix}-exact`,
      `${prefix}-mine-1`,
      `${prefix}-mine-2`,
    ]);
    expect(all.total).toBe(3);
    expect(await list(`prefix=${prefix}-theirs`)).toMatchObject({ total: 0, feeds: [] });
    expect(await list('topic=payments')).toMatchObject({ total: 0, feeds: [] });
  });

  it('cannot be reached by another spelling of what it names', async () => {
    const token = tokenFor([{ prefix: 'tenant-1/' }, 'é', 'x', { topic: 'payments', prefix: 'p' }]);
    const statusFor = async (id: string, topic = ''): Promise<readonly number[]> => {
      const escaped = encodeURIComponent(id);
      const query = topic === '' ? '' : `&topic=${topic}`;
      return Promise.all([
        statusOf(`/api/feeds/poll?id=${escaped}&waitMs=0${query}`, token),
        statusOf(`/api/feeds/${escaped.replaceAll('.', '%2E')}/poll?waitMs=0${query}`, token),
      ]);
    };
    expect(await statusFor('tenant-1/a')).toEqual([204, 204]);
    // A slash of an ID is an ordinary character, and `..` is no step up: it is one ID that begins with the prefix.
    expect(await statusFor('tenant-1/../tenant-2/a')).toEqual([204, 204]);
    for (const id of [
      'tenant-2/a',
      'tenant-1',
      'tenant-1%2Fa',
      'tenant-1\\a',
      'TENANT-1/a',
      ' tenant-1/a',
      'tenant-10/a',
      '/tenant-1/a',
    ]) {
      expect([id, await statusFor(id)]).toEqual([id, [403, 403]]);
    }
    // Composed and decomposed are two IDs, as they are in Kafka.
    expect(await statusFor('e\u0301')).toEqual([403, 403]);
    expect(await statusFor('é')).toEqual([204, 204]);
    expect(await statusFor('X')).toEqual([403, 403]);
    // In hex an ID is the same ID, for who may watch it and for who may not.
    const hex = (id: string): string => `~x${Buffer.from(id).toString('hex')}`;
    expect(await statusFor(hex('x'))).toEqual([204, 204]);
    for (const id of ['tenant-2/a', 'X']) expect(await statusFor(hex(id))).toEqual([403, 403]);
    // A grant of one topic says nothing of another.
    expect(await statusFor('p1', 'payments')).toEqual([204, 204]);
    expect(await statusFor('p1')).toEqual([403, 403]);
    expect(await statusFor('x', 'payments')).toEqual([403, 403]);
  });

  it('cannot be reached by giving a parameter twice, or by raw paths that URL parsers tidy up', async () => {
    const token = tokenFor(['x']);
    expect(await statusOf('/api/feeds/poll?id=y&id=x&waitMs=0', token)).toBe(403);
    expect(await statusOf('/api/feeds/poll?id=x&waitMs=0&topic=payments&topic=orders', token)).toBe(403);
    for (const path of [
      '/getData/x/../y',
      '/api/feeds/x/../y/poll?waitMs=0',
      '/getData/x%2f..%2fy',
      '//a/getData/y',
      '/getData/..',
      '/getData/%2e%2e',
      '/getData//y',
      '/getData/y?id=x',
      '/getData/y#x',
      '/getData/x;y',
    ]) {
      const { status, type } = await rawAnswer(path, token);
      // Or it is a page, which has no data.
      if (!type.startsWith('text/html'))
        expect([path, status]).toEqual([path, expect.toBeOneOf([307, 308, 400, 403, 404])]);
    }
  });
});

describe('keys at a URL', () => {
  it('are the only ones that open anything, whatever algorithm a token claims', async () => {
    const keyServer = await KeyServer.start();
    const keys = [new IssuerKey('RS256'), new IssuerKey('ES256'), new IssuerKey('EdDSA')];
    const [rsa] = keys;
    keyServer.keys = keys;
    const pod = await TestServer.start({ env: { ...ENV, JWT_JWKS_URL: keyServer.url } });
    const statusFor = async (token: string): Promise<number> =>
      (await pod.fetch('/api/feeds/a/poll?waitMs=0', { headers: bearer(token) })).status;
    const good = claimsOf(['a']);
    for (const key of keys) expect(await statusFor(key.token(good))).toBe(204);
    const published = rsa?.publicKey.export({ type: 'spki', format: 'pem' }) ?? '';
    for (const token of [
      // The public key, which everybody has, is no secret of ours.
      hmacToken(good, { secret: published }),
      hmacToken(good, { secret: SECRET }),
      unsignedToken(good),
      new IssuerKey('RS256').token(good),
      new IssuerKey('RS256').token(good, { kid: rsa?.kid }),
      // Nobody fetches a key that the token itself brings, or says where to fetch.
      new IssuerKey('ES256').token(good, { jwk: new IssuerKey('ES256').jwk, jku: keyServer.url }),
      rsa?.token({ ...good, aud: 'another' }) ?? '',
      rsa?.token({ ...good, iss: 'another' }) ?? '',
      rsa?.token({ ...good, exp: inSeconds(-1) }) ?? '',
      rsa?.token(good, { crit: ['of-tomorrow'], 'of-tomorrow': 1 }) ?? '',
    ]) {
      expect(await statusFor(token)).toBe(401);
    }
    // Unknown keys are no way to make this pod ask its issuer again and again.
    expect(keyServer.requests).toBeLessThanOrEqual(2);
    await pod.stop();
    await keyServer.stop();
  });

  it('that cannot be fetched are 503 with Retry-After, not 401, and no request waits for them for long', async () => {
    const keyServer = await KeyServer.start();
    const key = new IssuerKey('ES256');
    keyServer.keys = [key];
    keyServer.isFailing = true;
    const pod = await TestServer.start({ env: { ...ENV, JWT_JWKS_URL: keyServer.url } });
    const ask = (): Promise<Response> =>
      pod.fetch('/api/feeds/a/poll?waitMs=0', { headers: bearer(key.token(claimsOf(['a']))) });
    for (let tries = 0; tries < 4; tries += 1) {
      const response = await ask();
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(await response.json()).toMatchObject({ code: 'keys-unavailable' });
    }
    expect(keyServer.requests).toBe(1);
    expect((await pod.fetch('/readyz')).status).toBe(200);
    keyServer.isFailing = false;
    await expect.poll(async () => (await ask()).status, { timeout: 15_000 }).toBe(204);
    // Once they are known, the issuer may rest.
    await keyServer.stop();
    expect((await ask()).status).toBe(204);
    await pod.stop();
  });
});

describe('browsers', () => {
  it('let pages of the listed origins alone read with a cookie, and send a token', async () => {
    const origins = 'https://app.test,https://admin.test';
    const pod = await TestServer.start({ env: { ...ENV, JWT_SECRET: SECRET, CORS_ORIGINS: origins } });
    const headers = { cookie: `feedline_token=${tokenFor(['a'])}` };
    for (const [origin, allowed] of [
      ['https://app.test', 'https://app.test'],
      ['https://app.test.evil.example', null],
      ['null', null],
    ] as const) {
      for (const path of ['/api/feeds/a/poll?waitMs=0', '/api/feeds/b/poll?waitMs=0', '/api/feeds']) {
        const response = await pod.fetch(path, { headers: { ...headers, origin } });
        expect(response.headers.get('access-control-allow-origin')).toBe(allowed);
        expect(response.headers.get('access-control-allow-credentials')).toBe(allowed === null ? null : 'true');
        expect(response.headers.get('vary')).toContain('origin');
        const asked = await pod.fetch(path, { method: 'OPTIONS', headers: { origin } });
        expect(asked.status).toBe(204);
        expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
        expect(asked.headers.get('access-control-allow-credentials')).toBe(allowed === null ? null : 'true');
      }
    }
    await pod.stop();
  });

  it('send no cookie along where any origin may read', async () => {
    const pod = await TestServer.start({ env: { ...ENV, JWT_SECRET: SECRET, CORS_ORIGINS: '*' } });
    const headers = { ...bearer(tokenFor(['a'])), origin: 'https://anybody.test' };
    const response = await pod.fetch('/api/feeds/a/poll?waitMs=0', { headers });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    await pod.stop();
  });
});

describe('the metrics', () => {
  it('are for who has METRICS_TOKEN, where there is one, and for nobody else', async () => {
    const metricsToken = 'a-token-for-metrics';
    const pod = await TestServer.start({ env: { ...ENV, JWT_SECRET: SECRET, METRICS_TOKEN: metricsToken } });
    const statusFor = async (token: string): Promise<number> =>
      (await pod.fetch('/metrics', { headers: bearer(token) })).status;
    expect(await statusFor(metricsToken)).toBe(200);
    for (const token of [tokenFor(ALL), `${metricsToken}x`, metricsToken.slice(1), '']) {
      expect(await statusFor(token)).toBe(401);
    }
    expect((await pod.fetch('/api/status', { headers: bearer(metricsToken) })).status).toBe(401);
    await pod.stop();
  });
});

describe('endpoints of the demo', () => {
  it('do not exist elsewhere, whoever asks', async () => {
    const pod = await TestServer.start({ env: { ...ENV, DEMO: '0', JWT_SECRET: SECRET } });
    for (const headers of [JSON_TYPE, { ...JSON_TYPE, ...bearer(tokenFor(ALL)) }]) {
      const post = { method: 'POST', headers, body: '{}' };
      expect((await pod.fetch('/api/feeds/a/events', post)).status).toBe(404);
      expect((await pod.fetch('/api/demo/faults', post)).status).toBe(404);
      for (const method of ['GET', 'HEAD'])
        expect((await pod.fetch('/api/article/a', { method, headers })).status).toBe(404);
    }
    await pod.stop();
  });

  it('want a token that names the feed that they write to', async () => {
    const post = (headers: Record<string, string>) => ({
      method: 'POST',
      body: '{"kind":"kill-broker","forMs":100}',
      headers,
    });
    const one = { ...JSON_TYPE, ...bearer(tokenFor(['one'])) };
    expect((await server.fetch('/api/feeds/one/events', post(one))).status).toBe(201);
    expect((await server.fetch('/api/feeds/two/events', post(one))).status).toBe(403);
    expect((await server.fetch('/api/feeds/faults/events?topic=feedline-control', post(one))).status).toBe(403);
    expect((await server.fetch('/api/demo/faults', post(one))).status).toBe(403);
    const all = { ...JSON_TYPE, ...bearer(tokenFor(ALL)) };
    expect((await server.fetch('/api/demo/faults', post(all))).status).toBe(409);
  });
});

/** As it stands: `fetch` would tidy the path up itself. */
function rawAnswer(path: string, token: string): Promise<{ readonly status: number; readonly type: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.baseUrl);
    const asked = request({ hostname, port, path, headers: bearer(token), agent: false }, (response) => {
      resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '' });
      response.destroy();
    });
    asked.on('error', reject).end();
  });
}

describe('the end of a token', () => {
  it('is told by the stream in time, and ends it between events; who comes back with another token has missed nothing', async () => {
    const id = newFeedId();
    const lifeMs = 4_000;
    const token = tokenFor([id], { exp: (Date.now() + lifeMs) / 1_000 });
    const first = server.stream(`/getData/${id}`, bearer(token));
    await first.untilOpen();
    let sent = 0;
    const publishing = setInterval(() => {
      sent += 1;
      void publish(id, sent);
    }, 50);
    await first.until(() => expect(first.isOver).toBe(true));
    const endedAtMs = Date.now();
    const [expiring] = first.named('expiring');
    const { expiresAtMs, inMs } = JSON.parse(expiring?.data ?? '');
    expect(inMs).toBeGreaterThan(0);
    expect(inMs).toBeLessThanOrEqual(lifeMs / 2);
    expect(expiring?.id).not.toBe('');
    expect(endedAtMs).toBeGreaterThanOrEqual(expiresAtMs - 20);
    expect(first.events.at(-1)).toMatchObject({ name: 'expired', id: expect.stringMatching(/./) });
    expect((await ask(`/getData/${id}`, bearer(token))).status).toBe(401);
    const second = server.stream(`/getData/${id}`, { ...bearer(tokenFor([id])), 'last-event-id': first.cursor });
    await second.until(() => expect(second.values.length).toBeGreaterThan(20));
    clearInterval(publishing);
    const last = sent;
    await second.until(() => expect([...first.values, ...second.values]).toContain(String(last)));
    expect([...first.values, ...second.values]).toEqual(Array.from({ length: last }, (_, index) => String(index + 1)));
    expect(second.named('gap')).toEqual([]);
  });

  it('ends a long poll and the article’s stream, too', async () => {
    const id = newFeedId();
    const token = tokenFor([id], { exp: (Date.now() + 2_000) / 1_000 });
    const expMs = Date.now() + 2_000;
    const article = server.stream(`/api/article/${id}`, bearer(token));
    const { status, headers } = await ask(`/api/feeds/${id}/poll?waitMs=20000`, bearer(token));
    expect(status).toBe(204);
    expect(headers.get('feedline-cursor')).not.toBeNull();
    expect(Date.now()).toBeGreaterThan(expMs - 1_000);
    expect(Date.now()).toBeLessThan(expMs + 5_000);
    await article.until(() => expect(article.isOver).toBe(true));
    expect(article.status).toBe(200);
  });

  it('of a token that lives for ever and a day does not end a stream at once', async () => {
    const id = newFeedId();
    const stream = server.stream(`/getData/${id}`, bearer(tokenFor([id], { exp: 99_999_999_999 })));
    await stream.untilOpen();
    await stream.until(() => expect(stream.named('ping').length).toBeGreaterThan(3));
    expect(stream.named('expiring')).toEqual([]);
    expect(stream.isOver).toBe(false);
    stream.close();
  });
});
