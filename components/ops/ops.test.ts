import { describe, expect, it } from 'vitest';
import { initialConnection } from '#lib/client/connection-state.ts';
import { NO_PODS } from '#lib/client/pods.ts';
import type { PodView } from '#lib/client/pods-model.ts';
import { killBrokerObstacle, killPodObstacle, stopConsumerObstacle } from './obstacles.ts';
import { opsNotice } from './ops-notice-words.ts';
import { podTotals } from './pod-totals.ts';

function podOf(pod: string, more: Partial<PodView> = {}): PodView {
  return {
    pod,
    atMs: 0,
    ready: true,
    live: true,
    status: 'ready',
    reason: '',
    startedAtMs: 0,
    uptimeMs: 10_000,
    recordLog: { kind: 'kafka', connected: true, lagRecords: 2, lastRecordAgeMs: 500 },
    hub: { feeds: 1, readers: 2, ringBytes: 30 },
    transports: { streams: 1, pollsWaiting: 2, catchingUp: 3, rotations: 4 },
    process: { eventLoopDelayP99Ms: 2, rssBytes: 100, heapBytes: 50 },
    draining: false,
    abilities: ['kill-pod'],
    isGone: false,
    lastSeenAtMs: 0,
    restarts: 0,
    ...more,
  };
}

describe('the pods together', () => {
  it('are the sum of what each holds, and the worst or newest of what they share; one that is gone does not count', () => {
    const two = podOf('two', {
      uptimeMs: 3_000,
      draining: true,
      recordLog: { kind: 'kafka', connected: false, lagRecords: 7, lastRecordAgeMs: 100 },
      process: { eventLoopDelayP99Ms: 9, rssBytes: 100, heapBytes: 50 },
    });
    expect(podTotals([podOf('one'), two, podOf('three', { isGone: true })])).toEqual({
      pods: 2,
      connected: 1,
      lagRecords: 7,
      lastRecordAgeMs: 100,
      feeds: 2,
      readers: 4,
      ringBytes: 60,
      streams: 2,
      pollsWaiting: 4,
      catchingUp: 6,
      rotations: 8,
      eventLoopDelayP99Ms: 9,
      rssBytes: 200,
      uptimeMs: 3_000,
      draining: 1,
    });
  });

  it('are behind by what is known, and by nothing that can be told where nobody says', () => {
    const silent = { kind: 'kafka', connected: false, lagRecords: null, lastRecordAgeMs: null } as const;
    expect(podTotals([podOf('one'), podOf('two', { recordLog: silent })])).toMatchObject({ lagRecords: 2 });
    expect(podTotals([podOf('two', { recordLog: silent })])).toMatchObject({ lagRecords: null, lastRecordAgeMs: null });
    expect(podTotals([])).toMatchObject({ pods: 0, lagRecords: null, uptimeMs: null });
  });
});

describe('what the figures are worth', () => {
  const live = { ...initialConnection(0), state: 'live' } as const;
  const pods = [podOf('one')];

  it('is said where it is not plain: loading, of before, of those that answer, and that nobody does', () => {
    const kindOf = (state: Partial<typeof NO_PODS>) => opsNotice({ ...NO_PODS, ...state }, true)?.kind;
    expect(kindOf({ connection: initialConnection(0) })).toBe('loading');
    expect(kindOf({ connection: live })).toBe('loading');
    expect(kindOf({ connection: live, pods })).toBeUndefined();
    expect(kindOf({ connection: { ...live, state: 'reconnecting' }, pods })).toBe('stale');
    expect(kindOf({ connection: { ...live, state: 'stale' }, pods })).toBe('stale');
    expect(kindOf({ connection: live, pods, isAsking: true, isAnswered: true })).toBe('asking');
    expect(kindOf({ connection: live, pods, isAsking: true, isAnswered: false })).toBe('failed');
    expect(kindOf({ isAsking: true, isAnswered: false })).toBe('failed');
  });

  it('tells a record log that is away from a control topic that is not there, and from a pod that reads nothing', () => {
    const asking = { ...NO_PODS, connection: live, isAsking: true, isAnswered: true };
    const away = podOf('one', {
      recordLog: { kind: 'kafka', connected: false, lagRecords: null, lastRecordAgeMs: null },
    });
    expect(opsNotice({ ...asking, pods: [away] }, true)?.words).toContain('The record log is away');
    expect(opsNotice({ ...asking, pods }, true)?.words).toContain('which npm run demo creates');
    const stopped = podOf('two', { status: 'degraded', ready: false, reason: 'the consumer is stopped on purpose' });
    expect(opsNotice({ ...asking, pods: [...pods, stopped] }, true)?.words).toBe(
      'Nothing comes through two (the consumer is stopped on purpose): the pods that answer are asked one by one.',
    );
    const degraded = { ...away, status: 'degraded', ready: false, reason: 'no answer' } as const;
    expect(opsNotice({ ...asking, pods: [degraded] }, true)?.words).toContain('Nothing comes through one (no answer)');
    const both = [degraded, { ...degraded, pod: 'two' }];
    expect(opsNotice({ ...asking, pods: both }, true)?.words).toContain('The record log is away');
  });

  it('outside the demo is plain as long as the pod answers', () => {
    expect(opsNotice({ ...NO_PODS, pods, isAsking: true, isAnswered: true }, false)).toBeNull();
    expect(opsNotice({ ...NO_PODS, pods, isAsking: true, isAnswered: false }, false)).toMatchObject({
      kind: 'failed',
      isFailure: true,
    });
  });
});

describe('what cannot be done', () => {
  const memory = podOf('one', {
    recordLog: { kind: 'memory', connected: true, lagRecords: 0, lastRecordAgeMs: null },
    abilities: [],
  });

  it('to a pod is what its launcher cannot do, or what it would not hear', () => {
    expect(killPodObstacle(podOf('one'))).toBeNull();
    expect(killPodObstacle(podOf('one', { isGone: true }))).toContain('no signal');
    expect(killPodObstacle(podOf('one', { abilities: [] }))).toContain('npm run demo');
    expect(killPodObstacle(memory)).toContain('Not Kafka');
    expect(stopConsumerObstacle(memory)).toBeNull();
    expect(stopConsumerObstacle(podOf('one', { isGone: true }))).toContain('no signal');
    expect(stopConsumerObstacle(podOf('one', { draining: true }))).toContain('shuts down');
  });

  it('to the broker is known from the pods that are there', () => {
    const able = podOf('two', { abilities: ['kill-broker'] });
    expect(killBrokerObstacle([podOf('one'), able])).toBeNull();
    expect(killBrokerObstacle([podOf('one'), { ...able, isGone: true }])).toContain('has started itself');
    expect(killBrokerObstacle([memory])).toContain('no broker');
    expect(killBrokerObstacle([])).toContain('No pod');
  });
});
