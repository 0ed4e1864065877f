import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FaultOutcome, PodStatus } from '#lib/protocol/control.ts';
import type { ClientEvent } from './client-event.ts';
import { type Connection, initialConnection } from './connection-state.ts';
import { sendFault } from './control.ts';
import { createPods, type PodsStore } from './pods.ts';
import type { Source } from './source.ts';
import { NO_TRAFFIC } from './traffic-meter.ts';

const START_MS = 1_000_000;

function statusOf(pod: string, more: Partial<PodStatus> = {}): PodStatus {
  return {
    pod,
    atMs: Date.now(),
    ready: true,
    live: true,
    status: 'ready',
    reason: 'reading every topic',
    startedAtMs: START_MS - 60_000,
    uptimeMs: Date.now() - START_MS + 60_000,
    recordLog: { kind: 'kafka', connected: true, lagRecords: 0, lastRecordAgeMs: null },
    hub: { feeds: 0, readers: 0, ringBytes: 0 },
    transports: { streams: 0, pollsWaiting: 0, catchingUp: 0, rotations: 0 },
    process: { eventLoopDelayP99Ms: 0, rssBytes: 0, heapBytes: 0 },
    draining: false,
    abilities: [],
    ...more,
  };
}

/** A source driven by hand; real streams are in the browser tests. */
class HandSource implements Source {
  #listener: (event: ClientEvent) => void = () => undefined;
  #connection: Connection = initialConnection(Date.now());
  isStarted = false;

  start(): void {
    this.isStarted = true;
  }
  stop(): void {
    this.isStarted = false;
  }
  retryNow(): void {
    this.start();
  }
  setFaults(): void {
    throw new Error('The stream of the pods carries no faults.');
  }
  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }
  connection(): Connection {
    return this.#connection;
  }
  traffic() {
    return NO_TRAFFIC;
  }
  work(run: () => void): void {
    run();
  }

  enter(state: Connection['state']): void {
    this.#connection = { ...this.#connection, state, sinceMs: Date.now() };
    this.#listener({ kind: 'connection', connection: this.#connection });
  }
  tell(value: PodStatus | FaultOutcome, isStored = false): void {
    const data = JSON.stringify(value);
    const about = { cursor: 'c', seq: null, producedAtMs: null, arrivedAtMs: Date.now() };
    this.#listener({ kind: 'record', data, ...about, ...(isStored && { isStored: true as const }) });
  }
}

describe('the pods', () => {
  let source: HandSource;
  let pods: PodsStore;
  let answer: () => Response;
  const fetcher = vi.fn(async () => answer());

  beforeEach(() => {
    vi.useFakeTimers({ now: START_MS });
    fetcher.mockClear();
    answer = () => new Response('', { status: 503 });
    source = new HandSource();
    pods = createPods({ source, fetch: fetcher, isHidden: () => false });
  });

  afterEach(() => {
    pods.dispose();
    vi.useRealTimers();
  });

  const shown = () => pods.state.getState().pods.map(({ pod, isGone }) => `${pod}${isGone ? ' gone' : ''}`);
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  /** Time in which these pods tell their status each second. */
  async function hearFor(ms: number, ...names: readonly string[]): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000);
      for (const name of names) source.tell(statusOf(name));
    }
    await pass(250);
  }

  it('are shown by name as soon as they are heard of, and asked nothing while they are', async () => {
    source.enter('live');
    await hearFor(3_000, 'pod-10', 'pod-2');
    expect(shown()).toEqual(['pod-2', 'pod-10']);
    expect(fetcher).not.toHaveBeenCalled();
  });

  it('are gone once they are silent for 3 s while others are heard, and back with their next word', async () => {
    source.enter('live');
    await hearFor(2_000, 'pod-1', 'pod-2');
    await hearFor(2_000, 'pod-1');
    expect(shown()).toEqual(['pod-1', 'pod-2']);
    await hearFor(2_000, 'pod-1');
    expect(shown()).toEqual(['pod-1', 'pod-2 gone']);
    await hearFor(1_000, 'pod-1', 'pod-2');
    expect(shown()).toEqual(['pod-1', 'pod-2']);
  });

  it('are gone as soon as it is told that they were killed, and back with their next word', async () => {
    source.enter('live');
    await hearFor(1_000, 'pod-1', 'pod-2');
    const fault = { kind: 'kill-pod', pod: 'pod-1' } as const;
    source.tell({ id: 'a', fault, state: 'begun', by: 'launcher', atMs: Date.now(), words: 'w' });
    await pass(250);
    expect(shown()).toEqual(['pod-1 gone', 'pod-2']);
    await hearFor(1_000, 'pod-1', 'pod-2');
    source.tell({ id: 'a', fault, state: 'done', by: 'launcher', atMs: Date.now(), words: 'w' });
    await pass(250);
    expect(shown()).toEqual(['pod-1', 'pod-2']);
  });

  it('are known to have been started again, however quickly, and a late word of before is not theirs', async () => {
    const restarts = () => pods.state.getState().pods.map((pod) => pod.restarts);
    source.enter('live');
    await hearFor(2_000, 'pod-1');
    expect(restarts()).toEqual([0]);
    const late = statusOf('pod-1', { reason: 'late' });
    const again = { startedAtMs: START_MS + 2_000 };
    source.tell(statusOf('pod-1', again));
    source.tell(late);
    await pass(500);
    expect(restarts()).toEqual([1]);
    expect(pods.state.getState().pods[0]?.reason).not.toBe('late');
    // Its clock has made a jump, and it is still the same process.
    source.tell(statusOf('pod-1', { ...again, atMs: Date.now() + 5_000, uptimeMs: 600 }));
    await pass(250);
    expect(restarts()).toEqual([1]);
  });

  it('are forgotten after a minute', async () => {
    source.enter('live');
    await hearFor(1_000, 'pod-1', 'pod-2');
    await hearFor(61_000, 'pod-1');
    expect(shown()).toEqual(['pod-1']);
  });

  it('that were stored as gone are gone at once, and are not taken for heard', async () => {
    source.enter('live');
    source.tell(statusOf('pod-1', { atMs: START_MS - 3_001 }), true);
    source.tell(statusOf('pod-2', { atMs: START_MS - 500 }), true);
    await pass(250);
    expect(shown()).toEqual(['pod-1 gone', 'pod-2']);
  });

  it('are not gone because this page does not hear: only what would be heard can be missed', async () => {
    source.enter('live');
    await hearFor(1_000, 'pod-1');
    source.enter('reconnecting');
    await pass(6_000);
    expect(shown()).toEqual(['pod-1']);
    source.enter('live');
    await hearFor(2_000, 'pod-2');
    expect(shown()).toEqual(['pod-1', 'pod-2']);
    await hearFor(2_000, 'pod-2');
    expect(shown()).toEqual(['pod-1 gone', 'pod-2']);
  });

  it('are asked themselves while nothing comes over the topic, and no more once it does', async () => {
    source.enter('live');
    await hearFor(1_000, 'pod-1');
    answer = () => Response.json(statusOf('pod-1', { status: 'degraded', reason: 'Kafka is away' }));
    await pass(4_000);
    expect(pods.state.getState()).toMatchObject({ isAsking: true, isAnswered: true });
    expect(pods.state.getState().pods).toMatchObject([{ pod: 'pod-1', isGone: false, reason: 'Kafka is away' }]);
    answer = () => new Response('', { status: 503 });
    await pass(5_500);
    expect(pods.state.getState()).toMatchObject({ isAnswered: false, pods: [{ isGone: false }] });
    await pass(5_500);
    expect(shown()).toEqual(['pod-1 gone']);
    await hearFor(2_000, 'pod-1');
    fetcher.mockClear();
    await hearFor(3_000, 'pod-1');
    expect(fetcher).not.toHaveBeenCalled();
    expect(pods.state.getState().isAsking).toBe(false);
  });

  it('tell each state of an order once, the newest first, whatever else is told', async () => {
    const fault = { kind: 'kill-broker', forMs: 1_000 } as const;
    const outcome = { id: 'a', fault, by: 'launcher', atMs: 1, words: 'w' };
    source.enter('live');
    source.tell({ ...outcome, state: 'begun' });
    source.tell({ ...outcome, state: 'done' });
    source.tell({ ...outcome, state: 'begun' });
    await pass(250);
    expect(pods.state.getState().outcomes.map(({ state }) => state)).toEqual(['done', 'begun']);
  });

  it('outside the demo are the one that answers, which is asked every two seconds, and whether it does is known', async () => {
    pods.dispose();
    const alone = createPods({ source: null, fetch: fetcher, isHidden: () => false });
    await pass(250);
    expect(alone.state.getState()).toMatchObject({ pods: [], isAsking: true, isAnswered: false, connection: null });
    answer = () => Response.json(statusOf('pod-1'));
    await pass(2_500);
    expect(alone.state.getState()).toMatchObject({ pods: [{ pod: 'pod-1', isGone: false }], isAnswered: true });
    fetcher.mockClear();
    await pass(4_000);
    expect(fetcher).toHaveBeenCalledTimes(2);
    alone.dispose();
  });

  it('let go of everything when they are disposed', async () => {
    expect(source.isStarted).toBe(true);
    pods.dispose();
    expect(source.isStarted).toBe(false);
    await pass(10_000);
    expect(fetcher).not.toHaveBeenCalled();
  });
});

describe('ordering a fault', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const fault = { kind: 'kill-pod', pod: 'pod-1' } as const;

  it('gives the ID of the order', async () => {
    const fetcher = vi.fn(async () => Response.json({ id: 'a' }, { status: 202 }));
    expect(await sendFault(fault, fetcher)).toEqual({ id: 'a' });
    expect(fetcher).toHaveBeenCalledWith(
      '/api/demo/faults',
      expect.objectContaining({ method: 'POST', body: expect.stringContaining(JSON.stringify(fault).slice(1, -1)) }),
    );
  });

  it('that a killed pod cannot answer any more is sent again under the same ID', async () => {
    const bodies: unknown[] = [];
    const answers = [() => new Response('', { status: 502 }), () => Promise.reject(new TypeError('reset'))];
    const fetcher: typeof fetch = async (_url, init) => {
      const body = JSON.parse(String(init?.body));
      bodies.push(body);
      return answers.shift()?.() ?? Response.json({ id: body.id }, { status: 202 });
    };
    const sending = sendFault(fault, fetcher);
    await vi.advanceTimersByTimeAsync(1_000);
    const { id } = await sending;
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(bodies).toEqual(Array.from({ length: 3 }, () => ({ ...fault, id })));
  });

  it('that cannot be done fails with the server’s own words', async () => {
    const problem = { title: 't', status: 409, code: 'pod-unknown', detail: 'No pod "pod-1".' };
    const refused = async () => Response.json(problem, { status: 409 });
    await expect(sendFault(fault, refused)).rejects.toThrow('No pod "pod-1".');
    const strange = async () => new Response('<html>', { status: 500 });
    await expect(sendFault(fault, strange)).rejects.toThrow('The server answered with status 500.');
    const away = () => Promise.reject(new TypeError('fetch failed'));
    const failing = expect(sendFault(fault, away)).rejects.toThrow('whether the fault happens is not known');
    await vi.advanceTimersByTimeAsync(1_000);
    await failing;
  });
});
