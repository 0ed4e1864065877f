import { describe, expect, it } from 'vitest';
import type { FaultOrder, PodStatus } from './control.ts';
import { parseFaultOrder, parseFaultOutcome, parsePodFault, parsePodStatus } from './control-parse.ts';

const status: PodStatus = {
  pod: 'pod-1',
  atMs: 1_000,
  ready: true,
  live: true,
  status: 'ready',
  reason: 'reading every topic',
  startedAtMs: -4_000,
  uptimeMs: 5_000,
  recordLog: { kind: 'kafka', connected: true, lagRecords: 3, lastRecordAgeMs: null },
  hub: { feeds: 1, readers: 2, ringBytes: 3 },
  transports: { streams: 1, pollsWaiting: 2, catchingUp: 3, rotations: 4 },
  process: { eventLoopDelayP99Ms: 1.5, rssBytes: 100, heapBytes: 50 },
  draining: false,
  abilities: ['kill-pod'],
};

describe('a fault', () => {
  it('is taken where it has all that its kind needs', () => {
    expect(parsePodFault({ kind: 'kill-pod', pod: 'pod-1' })).toEqual({ kind: 'kill-pod', pod: 'pod-1' });
    const stop = { kind: 'stop-consumer', pod: 'host-12.a_b', forMs: 5_000 };
    expect(parsePodFault(stop)).toEqual(stop);
    expect(parsePodFault({ kind: 'kill-broker', forMs: 100, pod: 7 })).toEqual({ kind: 'kill-broker', forMs: 100 });
  });

  it.each([
    undefined,
    null,
    [],
    'kill-pod',
    {},
    { kind: 'kill-everything', pod: 'pod-1' },
    { kind: 'kill-pod' },
    { kind: 'kill-pod', pod: '' },
    { kind: 'kill-pod', pod: 'pod 1' },
    { kind: 'kill-pod', pod: 'x'.repeat(65) },
    { kind: 'stop-consumer', pod: 'pod-1' },
    { kind: 'stop-consumer', pod: 'pod-1', forMs: 99 },
    { kind: 'kill-broker', forMs: 60_001 },
    { kind: 'kill-broker', forMs: '5000' },
    { kind: 'kill-broker', forMs: Number.NaN },
  ])('is refused where it is none: %j', (value) => {
    expect(parsePodFault(value)).toBeNull();
  });
});

describe('an order', () => {
  const order: FaultOrder = { id: 'a', atMs: 1_000, fault: { kind: 'kill-broker', forMs: 5_000 } };

  it('is taken as it was written, and only whole', () => {
    expect(parseFaultOrder(JSON.parse(JSON.stringify(order)))).toEqual(order);
    expect(parseFaultOrder({ ...order, id: '' })).toBeNull();
    expect(parseFaultOrder({ ...order, atMs: 'now' })).toBeNull();
    expect(parseFaultOrder({ ...order, fault: { kind: 'kill-broker' } })).toBeNull();
  });
});

describe('an outcome', () => {
  it('is taken as it was written, and is no status, nor is a status one', () => {
    const fault = { kind: 'kill-broker', forMs: 5_000 } as const;
    const outcome = { id: 'a', fault, state: 'done', by: 'launcher', atMs: 1, words: 'The broker is back' } as const;
    expect(parseFaultOutcome(outcome)).toEqual(outcome);
    expect(parsePodStatus(outcome)).toBeNull();
    expect(parseFaultOutcome(status)).toBeNull();
    expect(parseFaultOutcome({ ...outcome, state: 'perhaps' })).toBeNull();
    expect(parseFaultOutcome({ ...outcome, fault: undefined })).toBeNull();
  });
});

describe('a pod’s status', () => {
  it('is taken as it was written', () => {
    expect(parsePodStatus(JSON.parse(JSON.stringify(status)))).toEqual(status);
  });

  it('is taken without the abilities that are not known here', () => {
    expect(parsePodStatus({ ...status, abilities: ['kill-pod', 'kill-everyone'] })?.abilities).toEqual(['kill-pod']);
    expect(parsePodStatus({ ...status, abilities: 'kill-pod' })?.abilities).toEqual([]);
  });

  it.each(['recordLog', 'hub', 'transports', 'process', 'pod', 'atMs', 'status'])('is none without its %s', (name) => {
    expect(parsePodStatus({ ...status, [name]: undefined })).toBeNull();
  });

  it('is none where one of its numbers is not', () => {
    expect(parsePodStatus({ ...status, hub: { ...status.hub, readers: '2' } })).toBeNull();
    expect(parsePodStatus({ ...status, transports: { streams: 1 } })).toBeNull();
  });
});
