import { setTimeout as delay } from 'node:timers/promises';
import { HeaderName } from '#lib/protocol/constants.ts';
import type { PollBody } from '#lib/protocol/events.ts';
import type { AnswerName } from './openapi-check.ts';
import { newFeedId, type TestServer } from './test-server.ts';
import { claimsOf, hmacToken, IssuerKey } from './tokens.ts';

export interface OpenApiServers {
  /** In the demo. */
  readonly demo: TestServer;
  /** Outside it; holds as many streams and polls of this client as it may. */
  readonly plain: TestServer;
  /** In the demo, in front of a Kafka that is not there. */
  readonly lost: TestServer;
  /** Holds as many streams and polls as it may, of all clients together. */
  readonly full: TestServer;
  /** Lets a client ask once a second. */
  readonly slow: TestServer;
  /** Shuts down, for as long as the test lasts. */
  readonly draining: TestServer;
  /** In the demo, with AUTH=jwt. */
  readonly guarded: TestServer;
  /** The same, with keys that cannot be fetched. */
  readonly keyless: TestServer;
}

/** Of one who may watch nothing at all. */
const AS_STRANGER = { authorization: `Bearer ${hmacToken(claimsOf([]))}` };
/** Of one whose key would have to be fetched. */
const AS_ISSUED = { authorization: `Bearer ${new IssuerKey('ES256').token(claimsOf([]))}` };

export interface OpenApiCase extends AnswerName {
  provoke(servers: OpenApiServers): Promise<Response>;
}

type Method = 'get' | 'head' | 'options' | 'post';
type Provoke = OpenApiCase['provoke'];

/** A form of the URL of a stream or a poll. */
interface Form {
  readonly path: string;
  /** @param id as it stands in the URL */
  readonly url: (id: string, query?: string) => string;
}

const byPath = (path: string): Form => ({ path, url: (id, query = '') => `${path.replace('{id}', id)}?${query}` });
const byQuery = (path: string): Form => ({ path, url: (id, query = '') => `${path}?id=${id}&${query}` });

const STREAMS = [byPath('/getData/{id}'), byPath('/api/feeds/{id}/stream'), byQuery('/api/feeds/stream')];
const POLLS = [byPath('/api/feeds/{id}/poll'), byQuery('/api/feeds/poll')];
const TOO_LONG = 'x'.repeat(257);

/** A URL that asks to be refused for as long as the test lasts. */
const refusal = (): string => `fault=refuse,0,${Date.now() - 1_000},1,0,60000`;

function onDemo(url: () => string, init: RequestInit = {}): Provoke {
  return ({ demo }) => demo.fetch(url(), init);
}

function case_(method: Method, path: string, status: number, provoke: Provoke, code?: string): OpenApiCase {
  return { method, path, status, provoke, code: method === 'head' ? undefined : code };
}

/** Who calls is not known, or cannot be found out; or is known, and may not. */
function callerCases(
  method: Method,
  path: string,
  url: string,
  init: RequestInit = {},
  mayBeForbidden = true,
): OpenApiCase[] {
  const asked = { ...init, method: method.toUpperCase() };
  const asStranger = { ...asked, headers: { ...asked.headers, ...AS_STRANGER } };
  const asIssued = { ...asked, headers: { ...asked.headers, ...AS_ISSUED } };
  return [
    case_(method, path, 401, ({ guarded }) => guarded.fetch(url, asked), 'unauthorized'),
    case_(method, path, 503, ({ keyless }) => keyless.fetch(url, asIssued), 'keys-unavailable'),
    ...(mayBeForbidden ? [case_(method, path, 403, ({ guarded }) => guarded.fetch(url, asStranger), 'forbidden')] : []),
  ];
}

/** What is refused alike, whichever operation of a feed it is. */
function refusedReads(method: 'get' | 'head', { path, url }: Form): OpenApiCase[] {
  const of = (status: number, code: string, target: () => string) =>
    case_(method, path, status, onDemo(target, { method }), code);
  const ids = path.includes('{id}') ? [] : [of(400, 'id-empty', () => url(''))];
  return [
    ...ids,
    ...callerCases(method, path, url('a')),
    of(400, 'id-too-long', () => url(TOO_LONG)),
    of(400, 'id-undecodable', () => url('%ff')),
    of(400, 'query-invalid', () => url('a', 'from=never')),
    of(404, 'topic-unknown', () => url('a', 'topic=nowhere')),
    of(503, 'fault-refused', () => url('a', refusal())),
  ];
}

function readCases(form: Form): OpenApiCase[] {
  const { path, url } = form;
  return [
    ...refusedReads('get', form),
    ...refusedReads('head', form),
    case_(
      'head',
      path,
      200,
      onDemo(() => url('a'), { method: 'HEAD' }),
    ),
    case_(
      'options',
      path,
      204,
      onDemo(() => url('a'), { method: 'OPTIONS' }),
    ),
  ];
}

/** A feed that is over, and the cursor behind its end. */
async function endedFeed(server: TestServer): Promise<{ id: string; cursor: string }> {
  const id = newFeedId();
  await server.publishLast(id, 'last');
  const { cursor } = (await (await server.fetch(`/api/feeds/${id}/poll?last=1`)).json()) as PollBody;
  return { id, cursor };
}

function streamCases(form: Form): OpenApiCase[] {
  const { path, url } = form;
  // A gap and an event of a record, too.
  const open: Provoke = async ({ demo }) => {
    const id = newFeedId();
    const opened = await demo.fetch(url(id), { headers: { [HeaderName.lastEventId]: 'nonsense' } });
    await demo.publish(id, 'x');
    return opened;
  };
  const over: Provoke = async ({ demo }) => {
    const { id, cursor } = await endedFeed(demo);
    return demo.fetch(url(id), { headers: { [HeaderName.lastEventId]: cursor } });
  };
  return [...readCases(form), case_('get', path, 200, open), case_('get', path, 204, over)];
}

function pollCases(form: Form): OpenApiCase[] {
  const { path, url } = form;
  const events: Provoke = async ({ demo }) => {
    const id = newFeedId();
    await demo.publish(id, 'x');
    return demo.fetch(url(id, 'last=1&lane=l'));
  };
  return [
    ...readCases(form),
    case_('get', path, 200, events),
    case_(
      'get',
      path,
      200,
      onDemo(() => url('a', 'after=nonsense')),
    ),
    case_(
      'get',
      path,
      204,
      onDemo(() => url('a', 'waitMs=0')),
    ),
    case_('get', path, 503, ({ lost }) => lost.fetch(url('a', 'waitMs=0')), 'not-ready'),
    case_('get', path, 503, ({ draining }) => draining.fetch(url('a')), 'draining'),
  ];
}

/** A client that may ask once a second is refused long before. */
const ASKED_MAX = 100;

const JSON_BODY = { method: 'POST', headers: { 'content-type': 'application/json' } };

/** What is refused alike to whoever writes. */
function writeCases(path: string, url: string, body: string): OpenApiCase[] {
  const of = (status: number, code: string, init: RequestInit, target = () => url) =>
    case_('post', path, status, onDemo(target, { ...JSON_BODY, body, ...init }), code);
  const from = (origin: string) => ({ ...JSON_BODY.headers, origin });
  return [
    ...callerCases('post', path, url, { ...JSON_BODY, body }),
    of(400, 'body-invalid', { body: '{' }),
    of(400, 'query-invalid', {}, () => `${url}?rttMs=x`),
    of(403, 'cross-site', { headers: from('https://elsewhere.example') }),
    of(413, 'body-too-large', { body: `"${'x'.repeat(70_000)}"` }),
    of(415, 'media-type', { headers: { 'content-type': 'text/plain' } }),
    of(503, 'fault-refused', {}, () => `${url}?${refusal()}`),
    case_('post', path, 404, ({ plain }) => plain.fetch(url, { ...JSON_BODY, body }), 'not-found'),
  ];
}

function publishCases(): OpenApiCase[] {
  const path = '/api/feeds/{id}/events';
  const post = (status: number, url: string, code?: string) =>
    case_(
      'post',
      path,
      status,
      onDemo(() => url, { ...JSON_BODY, body: '1' }),
      code,
    );
  return [
    ...writeCases(path, '/api/feeds/a/events', '1'),
    post(201, '/api/feeds/a/events'),
    post(400, `/api/feeds/${TOO_LONG}/events`, 'id-too-long'),
    post(400, '/api/feeds/%ff/events', 'id-undecodable'),
    post(404, '/api/feeds/a/events?topic=nowhere', 'topic-unknown'),
    post(409, '/api/feeds/a/events?topic=by-header', 'publish-impossible'),
    case_(
      'post',
      path,
      503,
      ({ lost }) => lost.fetch('/api/feeds/a/events', { ...JSON_BODY, body: '1' }),
      'record-log-unavailable',
    ),
  ];
}

function orderCases(pod: string): OpenApiCase[] {
  const path = '/api/demo/faults';
  const post = (status: number, fault: object, code?: string) =>
    case_(
      'post',
      path,
      status,
      onDemo(() => path, { ...JSON_BODY, body: JSON.stringify(fault) }),
      code,
    );
  return [
    ...writeCases(path, path, JSON.stringify({ kind: 'kill-broker', forMs: 100 })),
    post(202, { kind: 'stop-consumer', pod, forMs: 100 }),
    post(409, { kind: 'kill-pod', pod: 'nobody' }, 'pod-unknown'),
    post(409, { kind: 'kill-broker', forMs: 100 }, 'fault-impossible'),
  ];
}

function articleCases(): OpenApiCase[] {
  const path = '/api/article/{id}';
  const get = (status: number, url: () => string, code?: string) => case_('get', path, status, onDemo(url), code);
  const open: Provoke = async ({ demo }) => {
    const id = newFeedId();
    const opened = await demo.fetch(`/api/article/${id}?lane=${id}`);
    const told = AbortSignal.timeout(2_000);
    void (async () => {
      while (!told.aborted) {
        await demo.publish(id, 'x');
        await delay(50);
      }
    })().catch(() => undefined);
    return opened;
  };
  const head = (status: number, query = ''): OpenApiCase =>
    case_(
      'head',
      path,
      status,
      onDemo(() => `/api/article/a?${query}`, { method: 'HEAD' }),
    );
  return [
    case_('get', path, 200, open),
    ...callerCases('get', path, '/api/article/a'),
    ...callerCases('head', path, '/api/article/a'),
    get(404, () => '/api/article/a?topic=nowhere', 'topic-unknown'),
    get(400, () => `/api/article/${TOO_LONG}`, 'id-too-long'),
    get(400, () => '/api/article/%ff', 'id-undecodable'),
    get(400, () => '/api/article/a?rttMs=x', 'query-invalid'),
    get(503, () => `/api/article/a?${refusal()}`, 'fault-refused'),
    case_('get', path, 404, ({ plain }) => plain.fetch('/api/article/a'), 'not-found'),
    head(200),
    head(400, 'rttMs=x'),
    case_(
      'head',
      path,
      503,
      onDemo(() => `/api/article/a?${refusal()}`, { method: 'HEAD' }),
    ),
    case_('head', path, 404, ({ plain }) => plain.fetch('/api/article/a', { method: 'HEAD' })),
  ];
}

function stateCases(): OpenApiCase[] {
  const get = (path: string, status: number, query: () => string = () => '', code?: string) =>
    case_(
      'get',
      path,
      status,
      onDemo(() => `${path}?${query()}`),
      code,
    );
  return [
    get('/healthz', 200),
    get('/metrics', 200),
    get('/openapi.json', 200),
    get('/readyz', 200),
    get('/readyz', 400, () => 'rttMs=x', 'query-invalid'),
    case_('get', '/readyz', 503, ({ lost }) => lost.fetch('/readyz')),
    get('/readyz', 503, refusal, 'fault-refused'),
    case_('get', '/readyz', 503, ({ draining }) => draining.fetch('/readyz')),
    get('/api/status', 200),
    case_('get', '/api/status', 200, ({ lost }) => lost.fetch('/api/status')),
    get('/api/status', 400, () => 'rttMs=x', 'query-invalid'),
    get('/api/status', 503, refusal, 'fault-refused'),
    ...['/api/feeds', '/api/status', '/metrics'].flatMap((path) => callerCases('get', path, path, {}, false)),
    ...['/api/feeds', '/api/status'].map((path) =>
      case_(
        'options',
        path,
        204,
        onDemo(() => path, { method: 'OPTIONS' }),
      ),
    ),
    get('/api/feeds', 200),
    get('/api/feeds', 400, () => 'limit=x', 'query-invalid'),
    get('/api/feeds', 404, () => 'topic=nowhere', 'topic-unknown'),
    get('/api/feeds', 503, refusal, 'fault-refused'),
  ];
}

function withoutIdCases(): OpenApiCase[] {
  const path = '/getData';
  const of = (method: 'get' | 'head', code: string, query = '') =>
    case_(
      method,
      path,
      400,
      onDemo(() => `${path}?${query}`, { method }),
      code,
    );
  return [
    of('get', 'id-empty'),
    ...(['get', 'head'] as const).flatMap((method) => callerCases(method, path, path, {}, false)),
    of('get', 'query-invalid', 'from=never'),
    of('head', 'id-empty'),
    case_(
      'options',
      path,
      204,
      onDemo(() => path, { method: 'OPTIONS' }),
    ),
  ];
}

/** What is refused before anything is looked at, and how every operation is asked for. */
function gateCases(method: Method, path: string): OpenApiCase[] {
  const url = path.replace('{id}', 'a');
  const init = method === 'post' ? { ...JSON_BODY, body: '1' } : { method: method.toUpperCase() };
  const tooOften: Provoke = async ({ slow }) => {
    for (let asked = 0; asked < ASKED_MAX; asked += 1) {
      const response = await slow.fetch(`${url}?often=1`, init);
      if (response.status === 429) return response;
      await response.body?.cancel();
    }
    throw new Error(`${method} ${path} is not refused, however often it is asked.`);
  };
  const headers = { ...('headers' in init ? init.headers : {}), 'x-padding': 'x'.repeat(10_000) };
  return [
    case_(
      method,
      path,
      414,
      onDemo(() => `${url}?x=${'x'.repeat(9_000)}`, init),
      'url-too-long',
    ),
    case_(
      method,
      path,
      431,
      onDemo(() => url, { ...init, headers }),
      'headers-too-large',
    ),
    // A probe is never refused for its rate.
    ...(path === '/healthz' ? [] : [case_(method, path, 429, tooOften, 'too-many-requests')]),
  ];
}

/** Where there is no place left, whatever is asked. */
function placeCases(path: string): OpenApiCase[] {
  const url = `${path.replace('{id}', 'a')}?id=a`;
  return [
    case_('get', path, 503, ({ full }) => full.fetch(url), 'overloaded'),
    case_('get', path, 429, ({ plain }) => plain.fetch(url), 'too-many-connections'),
  ];
}

/** @param pod of the server in the demo */
export function openApiCases(pod: string): readonly OpenApiCase[] {
  const reading = ['/getData', ...STREAMS.map(({ path }) => path), ...POLLS.map(({ path }) => path)];
  const own = [
    ...withoutIdCases(),
    ...reading.flatMap(placeCases),
    ...STREAMS.flatMap(streamCases),
    ...POLLS.flatMap(pollCases),
    ...stateCases(),
    ...publishCases(),
    ...articleCases(),
    ...orderCases(pod),
  ];
  const operations = new Map(own.map(({ method, path }) => [`${method} ${path}`, { method, path }]));
  return [...own, ...[...operations.values()].flatMap(({ method, path }) => gateCases(method as Method, path))];
}
