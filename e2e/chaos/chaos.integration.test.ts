import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { describeWithLocalKafka } from '#scripts/testing/test-broker.ts';
import type { ChaosOptions } from './options.ts';
import { articlesOf, faultsOf, oursOf, totalsOf } from './report.ts';
import { type ChaosResult, runChaos } from './run-chaos.ts';

/** The short form of `npm run chaos`. How quick the way back is, is measured there and asserted nowhere. */
const OPTIONS: ChaosOptions = {
  seed: randomBytes(4).toString('hex'),
  seconds: 12,
  clients: 20,
  ratePerSecond: 100,
  cutsPerSecond: 6,
  isStock: false,
  targets: ['pod-1', 'broker'],
  liveAgainMaxMs: Number.POSITIVE_INFINITY,
  atLeast: { records: 700, cuts: 30 },
};
const TIMEOUT_MS = 180_000;

describeWithLocalKafka(`cuts, a pod's and the broker's SIGKILL under load (seed ${OPTIONS.seed})`, () => {
  let result: ChaosResult;

  beforeAll(async () => {
    result = await runChaos({ options: OPTIONS, signal: AbortSignal.timeout(TIMEOUT_MS), log: console.log });
  }, TIMEOUT_MS);

  it('happen: each kill is done and seen, and connections are cut by the dozen', () => {
    expect(result.kills).toMatchObject([
      { target: 'pod-1', isDone: true, isSeen: true },
      { target: 'broker', isDone: true, isSeen: true },
    ]);
    expect(result.cuts).toBeGreaterThanOrEqual(OPTIONS.atLeast.cuts);
  });

  it('lose, repeat and reorder nothing of any client that keeps its cursor, and need no gap', () => {
    expect(faultsOf(result, OPTIONS)).toEqual([]);
    expect(totalsOf(oursOf(result))).toMatchObject({ missing: 0, repeated: 0, outOfOrder: 0, unknown: 0, gaps: 0 });
  });

  it('lose events of the article’s way, which has the same records and the same fate', () => {
    expect(totalsOf(articlesOf(result)).missing).toBeGreaterThan(0);
  });
});
