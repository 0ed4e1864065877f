import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { FeedList } from '#lib/protocol/events.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import { FuzzTarget, hasStored, IDS } from './fuzz-target.ts';
import type { RawRequest } from './raw-exchange.ts';
import { type Carried, carriedArbitrary } from './token-cases.ts';
import { AUDIENCE, claimsOf, hmacToken, ISSUER, SECRET } from './tokens.ts';

/** So many at a time: what one may watch must not reach another. */
const TOGETHER = 10;
const RUNS = 110;
vi.setConfig({ testTimeout: 240_000 });

const ENV = { AUTH: 'jwt', JWT_SECRET: SECRET, JWT_AUDIENCE: AUDIENCE, JWT_ISSUER: ISSUER, JWT_CLOCK_SKEW_MS: '0' };

/** Ways to a feed: past Next.js's router, through it, and with the ID in another writing. */
const WAYS: readonly ((key: string) => string)[] = [
  // What is nothing but dots, no path can carry.
  (key) => `/getData/${/^\.+$/.test(key) ? `~x${Buffer.from(key).toString('hex')}` : encodeURIComponent(key)}?last=9`,
  (key) => `/getData/~x${Buffer.from(key).toString('hex').toUpperCase()}?last=9`,
  (key) => `/api/feeds/stream?id=${encodeURIComponent(key)}&last=9`,
  (key) => `/api/feeds/poll?id=${encodeURIComponent(key)}&waitMs=0&from=earliest`,
  (key) => `/api/feeds/~x${Buffer.from(key).toString('hex')}/poll?waitMs=0&from=earliest`,
];

describeWithBroker('whatever is sent as a token to a server that wants one', () => {
  let target: FuzzTarget;

  beforeAll(async () => {
    const authorization = `Bearer ${hmacToken(claimsOf([{ all: true }]))}`;
    target = await FuzzTarget.start(testBrokers(), { env: ENV, headers: { authorization } });
  });
  afterAll(() => target.stop());

  const ask = (carried: Carried, method: string, path: string, granted: readonly string[]) => {
    const request: RawRequest = { method, target: path, headers: [['Host', 'localhost'], ...carried.headers] };
    return target.ask(request, granted, hasStored);
  };
  const holds = async (check: (carried: Carried, key: string, pick: number) => Promise<void>): Promise<void> => {
    const one = fc.tuple(carriedArbitrary(target.topic), fc.constantFrom(...IDS), fc.nat());
    const cases = fc.array(one, { minLength: TOGETHER, maxLength: TOGETHER });
    await fc.assert(
      fc.asyncProperty(cases, async (all) => {
        await Promise.all(all.map((each) => check(...each)));
      }),
      { numRuns: RUNS },
    );
    await target.expectUnharmed();
  };

  it('a stream or poll has nothing of a feed that the token does not grant, and all of one that it does', async () => {
    const topics = ['', `&topic=${target.topic}`, '&topic=other', '&topic=', `&topic=other&topic=${target.topic}`];
    await holds(async (carried, key, pick) => {
      const way = WAYS[pick % WAYS.length] ?? expect.unreachable();
      const topic = topics[(pick >> 4) % topics.length] ?? '';
      const method = pick % 11 === 0 ? 'HEAD' : 'GET';
      const isGranted = carried.granted.includes(key);
      const answer = await ask(carried, method, way(key) + topic, isGranted ? [key] : []);
      const about = JSON.stringify({ carried, key, topic });
      if (!isGranted && topic.length === 0) expect(answer?.status, about).toBeOneOf([400, 401, 403, 431]);
      const isHere = topic === '' || topic === topics[1];
      if (isGranted && carried.isSound && isHere) expect(answer?.status, about).toBe(200);
      if (isGranted && carried.isSound && isHere && method === 'GET')
        expect(answer?.body.toString()).toContain('mark-');
    });
  });

  it('the list of feeds has, and counts, what the token grants and no more', async () => {
    await target.untilListed(testBrokers());
    const queries = [
      '',
      '?limit=9999',
      '?prefix=order',
      `?topic=${target.topic}`,
      '?topic=other',
      '?since=0&prefix=%00',
    ];
    await holds(async (carried, _, pick) => {
      const query = queries[pick % queries.length] ?? '';
      const answer = await ask(carried, 'GET', `/api/feeds${query}`, carried.granted);
      if (answer?.status !== 200) return expect(carried.isSound && query === '', JSON.stringify(carried)).toBe(false);
      const { feeds, total } = JSON.parse(answer.body.toString()) as FeedList;
      expect(total).toBeLessThanOrEqual(new Set(carried.granted).size);
      expect(feeds).toHaveLength(total);
      const all = new Set(carried.granted).size;
      if (carried.isSound && query === '') expect(total, JSON.stringify(carried)).toBe(all);
    });
  });
});
