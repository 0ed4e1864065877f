import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { RACE_TRAFFIC } from '#lib/protocol/race-feeds.ts';
import { breakIt, breakWords } from './break-it.ts';
import { initialConnection } from './connection-state.ts';
import { type FeedState, type FeedStore, INITIAL_FEED_STATE } from './feed-store.ts';
import { idleFeed, idleRun } from './idle.ts';
import { LANE_NAMES, type LaneName } from './lanes.ts';
import type { RaceRun } from './race.ts';
import { NO_FIGURES } from './stats.ts';

const NOW = 1_800_000_000_000;
const CONDITIONS = { feedId: 'x', rttMs: 0, intervalMs: 1000, waitMs: 25_000 };

describe('break it', () => {
  const setFaults = vi.fn();
  const sendFault = vi.fn(async () => ({ id: '1' }));
  let lanes: Map<LaneName, FeedStore & { state: StoreApi<FeedState> }>;
  let produced = { events: 0, isExact: true, asOfMs: null as number | null };
  let run: RaceRun;
  let life: AbortController;

  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    vi.clearAllMocks();
    produced = { events: 0, isExact: true, asOfMs: null };
    life = new AbortController();
    const connection = { ...initialConnection(NOW), state: 'live' as const, pod: 'pod-2' };
    lanes = new Map(
      LANE_NAMES.map((name) => [
        name,
        { ...idleFeed, setFaults, state: createStore<FeedState>(() => ({ ...INITIAL_FEED_STATE, connection })) },
      ]),
    );
    run = {
      ...idleRun(CONDITIONS, LANE_NAMES),
      startedAtMs: NOW,
      lanes,
      serverOffsetMs: () => 500,
      produced: () => produced,
    };
  });

  afterEach(() => {
    life.abort();
    vi.useRealTimers();
  });

  function figuresOf(name: LaneName, figures: Partial<FeedState['figures']>): void {
    lanes.get(name)?.state.setState({ figures: { ...NO_FIGURES, ...figures } });
  }

  it('drops every lane at 10 s by the server’s clock, kills the pod that serves SSE at 25 s and the broker at 40 s', async () => {
    breakIt({ run, sendFault }, life.signal);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(setFaults).toHaveBeenCalledTimes(LANE_NAMES.length);
    expect(setFaults).toHaveBeenCalledWith([
      { kind: 'drop-mid-event', value: 0, fromMs: NOW + 10_000 + 500, times: 1, everyMs: 0, forMs: 0 },
    ]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(sendFault).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(sendFault.mock.calls).toEqual([[{ kind: 'kill-pod', pod: 'pod-2' }]]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(sendFault.mock.calls.at(-1)).toEqual([{ kind: 'kill-broker', forMs: 5000 }]);
  });

  it('drops them at 10 s also where it was loaded late', async () => {
    await vi.advanceTimersByTimeAsync(4000);
    breakIt({ run, sendFault }, life.signal);
    await vi.advanceTimersByTimeAsync(1);
    expect(setFaults).toHaveBeenCalledWith([expect.objectContaining({ fromMs: NOW + 10_000 + 500 })]);
  });

  it('lets a burst pass between the opening of the connections and their drop: the article’s way counts from what it had', async () => {
    const state = breakIt({ run, sendFault }, life.signal);
    const { burstMs, silenceMs } = RACE_TRAFFIC.bursts;
    await vi.advanceTimersByTimeAsync(10_000 - burstMs - silenceMs);
    expect(setFaults).toHaveBeenCalledTimes(LANE_NAMES.length);
    expect(state.getState().disasters[0]?.state).toBe('due');
    await vi.advanceTimersByTimeAsync(burstMs + silenceMs);
    expect(state.getState().disasters[0]?.state).toBe('done');
    // Asked for once: to ask again would open the connections anew, and put the drop off.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(setFaults).toHaveBeenCalledTimes(LANE_NAMES.length);
  });

  it('counts once everything is back and all that was counted as produced is shown, with the losses of the article’s way', async () => {
    const state = breakIt({ run, sendFault }, life.signal);
    produced = { events: 612, isExact: true, asOfMs: NOW + 44_000 };
    figuresOf('sse', { events: 612 });
    figuresOf('article', { events: 475, received: 475, missed: 137 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.getState().result).toBeNull();
    produced = { ...produced, events: 1640, asOfMs: NOW + 58_000 };
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state.getState().result).toBeNull();
    figuresOf('sse', { events: 1640 });
    await vi.advanceTimersByTimeAsync(1_000);
    const { result } = state.getState();
    expect(result).toEqual({ disasters: 3, produced: 1640, shown: 1640, articleMissed: 137 });
    expect(result && breakWords(result)).toBe(
      '3 disasters · 1,640 produced · 1,640 shown · the article’s way lost 137',
    );
  });

  it('counts all that an article’s way has not got which was refused, and so has given up', async () => {
    const state = breakIt({ run, sendFault }, life.signal);
    produced = { events: 100, isExact: true, asOfMs: NOW + 50_000 };
    figuresOf('sse', { events: 100 });
    figuresOf('article', { events: 40, missed: 3 });
    const connection = { ...initialConnection(NOW), state: 'closed' as const, closeReason: 'failed' as const };
    lanes.get('article')?.state.setState({ connection });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.getState().result).toMatchObject({ shown: 100, articleMissed: 60 });
  });

  it('counts by their number events that have no seq', async () => {
    const state = breakIt({ run, sendFault }, life.signal);
    produced = { events: 100, isExact: true, asOfMs: NOW + 50_000 };
    figuresOf('sse', { events: 100 });
    figuresOf('article', { events: 88 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.getState().result).toMatchObject({ shown: 100, articleMissed: 12 });
  });

  it('says what Feedline has not shown', async () => {
    const state = breakIt({ run, sendFault }, life.signal);
    produced = { events: 100, isExact: true, asOfMs: NOW + 50_000 };
    figuresOf('sse', { events: 98, missed: 2 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.getState().result).toMatchObject({ produced: 100, shown: 98 });
  });

  it('goes on where a disaster cannot be done here, says why, and does not count it', async () => {
    sendFault.mockRejectedValue(new Error('No launcher.'));
    const state = breakIt({ run, sendFault }, life.signal);
    produced = { events: 1, isExact: true, asOfMs: NOW + 50_000 };
    figuresOf('sse', { events: 1 });
    await vi.advanceTimersByTimeAsync(60_000);
    const { disasters, result } = state.getState();
    expect(disasters.map(({ state: was, words }) => [was, words])).toEqual([
      ['done', null],
      ['impossible', 'No launcher.'],
      ['impossible', 'No launcher.'],
    ]);
    expect(result?.disasters).toBe(1);
  });

  it('does nothing more once it is ended', async () => {
    breakIt({ run, sendFault }, life.signal);
    life.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(setFaults).not.toHaveBeenCalled();
    expect(sendFault).not.toHaveBeenCalled();
  });
});
