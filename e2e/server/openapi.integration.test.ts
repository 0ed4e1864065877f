/** The OpenAPI document that a server gives, and the server itself: each answer that it has is provoked, and held to it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { OPENAPI_DOCUMENT } from '#lib/server/openapi/document.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { type OpenApiServers, openApiCases } from './openapi-cases.ts';
import { nameOf, OpenApiCheck } from './openapi-check.ts';
import { TestServer } from './test-server.ts';
import { AUDIENCE, ISSUER, SECRET } from './tokens.ts';

const POD = 'pod-api';
const WAIT = { timeout: 30_000, interval: 20 };
const CASES = openApiCases(POD);
const CHECK = new OpenApiCheck(OPENAPI_DOCUMENT);

/** Kafka would have to go between the start of the pod and the order; and over TCP every client's address is known. */
const NOT_PROVOKED = /^POST \/api\/demo\/faults 503 record-log-unavailable$| 503 client-unknown$/;
/** A `HEAD` does not tell the code, and that is the only one of its 503. */
const NOT_TOLD = /^HEAD \/getData 503$/;

/** Methods and paths of the route handlers, as their files say. */
function routes(): string[] {
  const files = readdirSync(join(ROOT, 'app'), { recursive: true, encoding: 'utf8' });
  return (
    files
      // What answers for all that is not there is no part of the interface.
      .filter((file) => /(^|\/)route\.ts$/.test(file) && !file.includes('[[...'))
      .flatMap((file) => {
        const path = `/${file.replace(/\/route\.ts$/, '').replaceAll(/\[(\w+)\]/g, '{$1}')}`;
        const source = readFileSync(join(ROOT, 'app', file), 'utf8');
        const names = /export const \{ ([^}]*) \}/.exec(source)?.[1]?.split(', ') ?? [];
        const functions = [...source.matchAll(/export (?:async )?function ([A-Z]+)\(/g)].map(([, name = '']) => name);
        return [...names, ...functions].map((method) => `${method} ${path}`);
      })
      .sort()
  );
}

describe('the OpenAPI document', () => {
  it('is one, by the rules of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(OPENAPI_DOCUMENT));
    expect(errors).toBeUndefined();
    expect({ valid, version: validator.version }).toEqual({ valid: true, version: '3.1' });
    const broken = structuredClone({ ...OPENAPI_DOCUMENT, paths: { 'no-slash': {} } });
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('has every route handler and every method of one, and no others', () => {
    const operations = Object.entries(OPENAPI_DOCUMENT.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual(routes());
  });

  it('names each operation once', () => {
    const ids = Object.values(OPENAPI_DOCUMENT.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has no answer that is not provoked below', () => {
    const provoked = new Set(CASES.map(nameOf));
    const missing = CHECK.answers
      .map(nameOf)
      .filter((name) => !provoked.has(name) && !NOT_PROVOKED.test(name) && !NOT_TOLD.test(name));
    expect(missing).toEqual([]);
  });
});

describe('a running server', () => {
  let servers: OpenApiServers;

  beforeAll(async () => {
    const memory = { RECORD_LOG: 'memory', PING_MS: '100', STREAM_MAX_AGE_MS: '150000' };
    const nobody = `${LOOPBACK}:${await freePort()}`;
    const start = (env: Record<string, string>, isReadyAwaited = true) =>
      TestServer.start({ env: { ...memory, ...env }, isReadyAwaited });
    const headers = { HEADER_BYTES_MAX: '8192', CORS_ORIGINS: 'https://a.example' };
    const topics = { KAFKA_TOPICS: 'orders,by-header', FEED_ID: 'by-header=header:order-id' };
    const demo = await start({ ...headers, ...topics, DEMO: '1', POD });
    const plain = await start({ CLIENT_CONNECTIONS_MAX: '1' });
    const full = await start({ CONNECTIONS_MAX: '1' });
    const slow = await start({ DEMO: '1', CLIENT_REQUESTS_PER_S: '1', CLIENT_REQUESTS_BURST: '1' });
    const lost = await start({ RECORD_LOG: 'kafka', KAFKA_BROKERS: nobody, DEMO: '1' }, false);
    const draining = await start({ DRAIN_MS: '300000' });
    const jwt = { DEMO: '1', AUTH: 'jwt', JWT_AUDIENCE: AUDIENCE, JWT_ISSUER: ISSUER };
    const guarded = await start({ ...jwt, JWT_SECRET: SECRET });
    const keyless = await start({ ...jwt, JWT_JWKS_URL: `http://${nobody}/jwks.json` });
    servers = { demo, plain, full, slow, lost, draining, guarded, keyless };
    await vi.waitFor(async () => expect((await lost.fetch('/healthz')).ok).toBe(true), WAIT);
    for (const server of [plain, full]) await server.stream('/getData/held').untilOpen();
    // Each goes at a moment of its own: the last one holds the pod.
    const held = Array.from({ length: 20 }, () => draining.stream('/getData/held'));
    for (const stream of held) await stream.untilOpen();
    process.kill(draining.part.pid, 'SIGTERM');
    await vi.waitFor(async () => expect((await draining.fetch('/readyz')).status).toBe(503), WAIT);
  });

  afterAll(async () => {
    await Promise.all(Object.values(servers).map((server: TestServer) => server.stop()));
  });

  it('gives the document itself', async () => {
    const response = await servers.demo.fetch('/openapi.json');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(OPENAPI_DOCUMENT)));
  });

  for (const each of CASES) {
    it(`answers ${nameOf(each)} as documented`, async () => {
      await CHECK.expectDocumented(each, await each.provoke(servers));
    });
  }
});
