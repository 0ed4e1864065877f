import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CONTROL_TOPIC,
  FAULTS_FEED,
  type FaultOrder,
  PODS_FEED,
  type PodFault,
  type PodStatus,
} from '../../protocol/control.ts';
import { parseFaultOutcome, parsePodStatus } from '../../protocol/control-parse.ts';
import { MemoryLog } from '../record-log/memory-log.ts';
import type { RecordPublisher } from '../record-log/port.ts';
import { DemoControl, type DemoControlOptions } from './control.ts';

const NOW_MS = 1_000_000;

function statusOf(pod: string, more: Partial<PodStatus> = {}): PodStatus {
  return {
    pod,
    atMs: NOW_MS,
    ready: true,
    live: true,
    status: 'ready',
    reason: '',
    startedAtMs: NOW_MS,
    uptimeMs: 0,
    recordLog: { kind: 'memory', connected: true, lagRecords: 0, lastRecordAgeMs: null },
    hub: { feeds: 0, readers: 0, ringBytes: 0 },
    transports: { streams: 0, pollsWaiting: 0, catchingUp: 0, rotations: 0 },
    process: { eventLoopDelayP99Ms: 0, rssBytes: 0, heapBytes: 0 },
    draining: false,
    abilities: [],
    ...more,
  };
}

describe('a pod in the control topic', () => {
  let log: MemoryLog;
  let control: DemoControl;
  let nowMs: number;
  const told: { feed: string; value: unknown }[] = [];
  /** They read with it. */
  const others: DemoControl[] = [];
  const onTrouble = vi.fn();

  beforeEach(() => {
    nowMs = NOW_MS;
    told.length = 0;
    others.length = 0;
    onTrouble.mockClear();
    log = new MemoryLog({ topics: ['orders', CONTROL_TOPIC] });
    control = new DemoControl({
      pod: 'pod-1',
      abilities: ['kill-pod'],
      recordLog: log,
      status: async () => statusOf('pod-1'),
      onTrouble,
      now: () => nowMs,
      newId: () => 'new',
    });
    log.read({
      onTopic: (snapshot) => control.onTopic(snapshot),
      onGap: () => undefined,
      onBatch: (batch) => {
        for (const each of [control, ...others]) each.onBatch(batch);
        for (const { key, value } of batch.records) {
          told.push({ feed: String(key), value: JSON.parse(String(value)) });
        }
      },
    });
  });

  afterEach(() => control.stop());

  const publish = (feed: string, value: unknown, topic = CONTROL_TOPIC) =>
    log.publish(topic, { key: feed, value: Buffer.from(JSON.stringify(value)) });
  const order = (fault: PodFault, atMs = NOW_MS): FaultOrder => ({ id: 'asked', atMs, fault });
  const stopOf = (pod: string, forMs = 100): PodFault => ({ kind: 'stop-consumer', pod, forMs });
  const another = ({ publish }: RecordPublisher, more: Partial<DemoControlOptions> = {}) =>
    new DemoControl({
      pod: 'pod-1',
      abilities: [],
      recordLog: { publish, pause: () => log.pause() },
      status: async () => statusOf('pod-1'),
      onTrouble,
      now: () => nowMs,
      newId: () => 'new',
      ...more,
    });
  const outcomes = () => told.map(({ value }) => parseFaultOutcome(value)).filter((outcome) => outcome !== null);

  it('tells its status as soon as the topic is there, and nothing where it is not', async () => {
    await vi.waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]?.feed).toBe(PODS_FEED);
    expect(parsePodStatus(told[0]?.value)?.pod).toBe('pod-1');
    const publishNothing = vi.fn(() => Promise.reject(new Error('no such topic')));
    const alone = another({ publish: publishNothing });
    await alone.tellStatus();
    await expect(alone.order(stopOf('pod-1'))).rejects.toMatchObject({
      code: 'fault-impossible',
      message: expect.stringContaining('This demo has no topic "feedline-control"'),
    });
    expect(publishNothing).not.toHaveBeenCalled();
  });

  it('stops its consumer when it is asked to, tells so, and reads again what came meanwhile', async () => {
    await publish(FAULTS_FEED, order(stopOf('pod-1')));
    expect(log.status().state).toBe('degraded');
    await publish('1234', { seq: 1 }, 'orders');
    expect(told.map(({ feed }) => feed)).not.toContain('1234');
    await vi.waitFor(() => expect(log.status().state).toBe('live'));
    await vi.waitFor(() => expect(outcomes().map(({ state }) => state)).toEqual(['begun', 'done']));
    expect(outcomes()[0]).toMatchObject({
      id: 'asked',
      by: 'pod-1',
      words: 'The consumer of pod-1 is stopped for 0.1 s',
    });
    expect(told.map(({ feed }) => feed)).toContain('1234');
  });

  it('says nothing of a stop that its own end has cut short: not that it has lasted as long as was asked', async () => {
    await publish(FAULTS_FEED, order(stopOf('pod-1', 60_000)));
    control.stop();
    await vi.waitFor(() => expect(log.status().state).toBe('live'));
    await publish('another-feed', {});
    expect(outcomes().map(({ state }) => state)).toEqual(['begun']);
  });

  it('obeys no order that is old, that is another pod’s or the launcher’s, or that is none', async () => {
    await publish(FAULTS_FEED, order(stopOf('pod-1'), NOW_MS - 10_000));
    await publish(FAULTS_FEED, order(stopOf('pod-2')));
    await publish(FAULTS_FEED, order({ kind: 'kill-pod', pod: 'pod-1' }));
    await publish(FAULTS_FEED, { ...order(stopOf('pod-1')), id: undefined });
    await publish(FAULTS_FEED, 'stop');
    await publish(FAULTS_FEED, order(stopOf('pod-1')), 'orders');
    await publish('another-feed', order(stopOf('pod-1')));
    expect(log.status().state).toBe('live');
    await publish(FAULTS_FEED, { ...order(stopOf('pod-1'), NOW_MS - 9_999), id: 'another' });
    expect(log.status().state).toBe('degraded');
  });

  it('passes an order on for the pods that it has heard of lately, and says which there are', async () => {
    await expect(control.order(stopOf('pod-2'))).rejects.toMatchObject({
      code: 'pod-unknown',
      message: 'No pod "pod-2" has told anything lately; there are: pod-1.',
    });
    await publish(PODS_FEED, statusOf('pod-2'));
    expect(await control.order(stopOf('pod-2'))).toBe('new');
    await vi.waitFor(() =>
      expect(told.at(-1)).toEqual({ feed: FAULTS_FEED, value: { id: 'new', atMs: NOW_MS, fault: stopOf('pod-2') } }),
    );
    nowMs += 10_000;
    await publish(PODS_FEED, statusOf('pod-1'));
    await expect(control.order(stopOf('pod-2'))).rejects.toMatchObject({ code: 'pod-unknown' });
  });

  it('knows the other pods still where it is itself that hears nothing, however long', async () => {
    await publish(PODS_FEED, statusOf('pod-2'));
    const resume = log.pause();
    nowMs += 60_000;
    expect(await control.order(stopOf('pod-2'))).toBe('new');
    resume();
  });

  it('refuses what the launcher cannot do, for each pod as that one has told', async () => {
    await publish(PODS_FEED, statusOf('pod-2', { abilities: ['kill-broker'] }));
    expect(await control.order({ kind: 'kill-pod', pod: 'pod-1' })).toBe('new');
    await expect(control.order({ kind: 'kill-pod', pod: 'pod-2' })).rejects.toMatchObject({ code: 'fault-impossible' });
    await expect(control.order({ kind: 'kill-broker', forMs: 1_000 })).rejects.toMatchObject({
      code: 'fault-impossible',
      message: expect.stringContaining('only one that npm run demo has started'),
    });
  });

  describe('that is its own executioner', () => {
    const killSelf = vi.fn();
    let mortal: DemoControl;

    beforeEach(() => {
      killSelf.mockReset();
      mortal = another({ publish: (topic, record) => log.publish(topic, record) }, { killSelf });
      others.push(mortal);
    });
    afterEach(() => mortal.stop());

    const kill = (pod: string, atMs = NOW_MS + 1) => publish(FAULTS_FEED, order({ kind: 'kill-pod', pod }, atMs));

    it('tells that it dies before it does, and where it cannot, that it lives on', async () => {
      killSelf.mockImplementation(() => expect(outcomes()).toMatchObject([{ state: 'begun' }]));
      await kill('pod-1');
      await vi.waitFor(() => expect(killSelf).toHaveBeenCalledOnce());
      expect(killSelf).toHaveReturned();
      expect(outcomes()).toMatchObject([{ id: 'asked', by: 'pod-1', words: 'pod-1 kills itself with SIGKILL' }]);
      await vi.waitFor(() => expect(outcomes()[1]).toMatchObject({ state: 'failed' }), { timeout: 5_000 });
    });

    it('does not die for another pod, nor twice of one order, nor of the one that its last process has died of', async () => {
      await kill('pod-2');
      await kill('pod-1', NOW_MS);
      await publish(FAULTS_FEED, { ...order({ kind: 'kill-pod', pod: 'pod-1' }, NOW_MS + 1), id: 'another' });
      await publish(FAULTS_FEED, { ...order({ kind: 'kill-pod', pod: 'pod-1' }, NOW_MS + 1), id: 'another' });
      await vi.waitFor(() => expect(killSelf).toHaveBeenCalled());
      expect(killSelf).toHaveBeenCalledOnce();
      expect(outcomes().map(({ id }) => id)).toEqual(['another']);
    });

    it('dies also where nothing can be told any more', async () => {
      mortal.stop();
      mortal = another({ publish: () => new Promise(() => undefined) }, { killSelf });
      others.splice(0, 1, mortal);
      await kill('pod-1');
      await vi.waitFor(() => expect(killSelf).toHaveBeenCalledOnce(), { timeout: 5_000 });
    });
  });

  it('tells of another pod that has killed itself when it is ready again, and not before', async () => {
    const fault = { kind: 'kill-pod', pod: 'pod-2' } as const;
    await publish(PODS_FEED, { id: 'asked', fault, state: 'begun', by: 'pod-2', atMs: NOW_MS, words: 'It dies' });
    await publish(PODS_FEED, statusOf('pod-2', { atMs: NOW_MS + 500, startedAtMs: NOW_MS - 59_500 }));
    await publish(PODS_FEED, statusOf('pod-2', { atMs: NOW_MS + 1_500, startedAtMs: NOW_MS + 600, ready: false }));
    await publish(PODS_FEED, statusOf('pod-2', { atMs: NOW_MS + 2_500, startedAtMs: NOW_MS + 600 }));
    await publish(PODS_FEED, statusOf('pod-2', { atMs: NOW_MS + 3_500, startedAtMs: NOW_MS + 600 }));
    const words = 'pod-2 is ready again, after 2.5 s';
    await vi.waitFor(() => expect(outcomes()[1]).toMatchObject({ id: 'asked', state: 'done', by: 'pod-1', words }));
    expect(outcomes()).toHaveLength(2);
  });

  it('leaves that to the pod whose name comes first, and to the launcher where that has killed', async () => {
    const fault = { kind: 'kill-pod', pod: 'pod-2' } as const;
    const back = statusOf('pod-2', { atMs: NOW_MS + 2_500, startedAtMs: NOW_MS + 600 });
    await publish(PODS_FEED, { id: 'asked', fault, state: 'begun', by: 'launcher', atMs: NOW_MS, words: 'It dies' });
    await publish(PODS_FEED, back);
    await publish(PODS_FEED, statusOf('pod-0'));
    await publish(PODS_FEED, { id: 'asked', fault, state: 'begun', by: 'pod-2', atMs: NOW_MS, words: 'It dies' });
    await publish(PODS_FEED, back);
    await publish('another-feed', {});
    expect(outcomes().map(({ state }) => state)).toEqual(['begun', 'begun']);
  });

  it('says of a consumer that is stopped already that it cannot stop it', async () => {
    const resume = log.pause();
    control.onBatch({
      topic: CONTROL_TOPIC,
      partition: 0,
      nextPosition: 1,
      records: [
        {
          offset: 0,
          key: Buffer.from(FAULTS_FEED),
          value: Buffer.from(JSON.stringify(order(stopOf('pod-1')))),
          headers: undefined,
          timestampMs: 0,
        },
      ],
    });
    resume();
    await vi.waitFor(() => expect(outcomes()).toMatchObject([{ id: 'asked', state: 'failed' }]));
    expect(log.status().state).toBe('live');
  });

  it('says the same of a stop that was asked for while it was stopped, which it hears when it reads again', async () => {
    await publish(FAULTS_FEED, order(stopOf('pod-1')));
    await publish(FAULTS_FEED, { ...order(stopOf('pod-1')), id: 'meanwhile' });
    expect(log.status().state).toBe('degraded');
    await vi.waitFor(() => expect(outcomes()).toContainEqual(expect.objectContaining({ id: 'meanwhile' })));
    expect(outcomes().filter(({ id }) => id === 'meanwhile')).toMatchObject([{ state: 'failed' }]);
    expect(log.status().state).toBe('live');
  });

  it('is not stopped by a record log that takes nothing, which is said once', async () => {
    const broken = another({ publish: () => Promise.reject(new Error('away')) });
    const origin = { kind: 'memory', logId: 'log', epoch: 'one', topic: CONTROL_TOPIC, partitionCount: 1 } as const;
    broken.onTopic({ origin, positions: new Map() });
    await broken.tellStatus();
    await broken.tellStatus();
    expect(onTrouble).toHaveBeenCalledTimes(1);
    await expect(broken.order(stopOf('pod-1'))).rejects.toMatchObject({ code: 'record-log-unavailable' });
    broken.stop();
  });
});
