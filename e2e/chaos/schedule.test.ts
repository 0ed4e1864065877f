import { describe, expect, it } from 'vitest';
import { CLIENT_KINDS, castOf } from './cast.ts';
import { KILL_TARGETS, type PlanOptions, planChaos } from './schedule.ts';

const OPTIONS: PlanOptions = { seed: 'a', seconds: 45, cutsPerSecond: 5, cast: castOf(60), targets: KILL_TARGETS };

describe('the cast', () => {
  it('has every kind of client, each that keeps a cursor in both formats, and most over SSE', () => {
    const { ours, articles, feedIds } = castOf(20);
    const kinds = new Set([...ours, ...articles].map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([...CLIENT_KINDS].sort());
    expect(new Set(ours.map(({ kind, format }) => `${kind} ${format}`)).size).toBe(2 * (CLIENT_KINDS.length - 1));
    expect(ours.filter(({ kind }) => kind === 'poll').length).toBeLessThan(ours.length / 4);
    expect(articles.map(({ feedId }) => feedId)).toEqual(feedIds);
    expect(new Set(ours.map(({ name }) => name)).size).toBe(ours.length);
  });
});

describe('the plan', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(planChaos(OPTIONS)).toEqual(planChaos(OPTIONS));
    expect(planChaos({ ...OPTIONS, seed: 'b' })).not.toEqual(planChaos(OPTIONS));
  });

  it('cuts several times a second, by the client and by the network, at any byte', () => {
    const { mishaps } = planChaos(OPTIONS);
    const cuts = mishaps.filter((mishap) => mishap.act === 'cut');
    const inTime = cuts.filter(({ atMs }) => atMs < OPTIONS.seconds * 1000);
    expect(inTime.length / OPTIONS.seconds).toBeGreaterThan(3);
    expect(inTime.length / OPTIONS.seconds).toBeLessThan(8);
    expect(new Set(cuts.map(({ by }) => by))).toEqual(new Set(['client', 'network']));
    expect(Math.min(...cuts.map(({ share }) => share))).toBeLessThan(0.05);
    expect(Math.max(...cuts.map(({ share }) => share))).toBeGreaterThan(0.95);
  });

  it('is in the order of time, and hits whom it can: the slow pause, the sleepers sleep', () => {
    const { mishaps } = planChaos(OPTIONS);
    const times = mishaps.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const clientsOf = (act: string) => mishaps.filter((mishap) => mishap.act === act).map(({ client }) => client);
    expect(clientsOf('pause').every((name) => name.startsWith('slow'))).toBe(true);
    expect(clientsOf('sleep').every((name) => name.startsWith('sleeper'))).toBe(true);
    expect(clientsOf('mute').length).toBeGreaterThan(0);
    expect(clientsOf('cut').some((name) => name.startsWith('article'))).toBe(true);
  });

  it('kills what it was told to, in that order, the broker for five seconds', () => {
    const { kills } = planChaos(OPTIONS);
    expect(kills.map(({ target }) => target)).toEqual(KILL_TARGETS);
    expect(kills.find(({ target }) => target === 'broker')?.awayMs).toBe(5_000);
    expect(kills.every(({ atMs }, index) => atMs > (kills[index - 1]?.atMs ?? 0))).toBe(true);
  });
});
