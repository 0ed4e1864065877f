import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { type FeedState, FIGURES_MS, INITIAL_FEED_STATE } from '../feed-store.ts';
import { idleFeed, idleRun } from '../idle.ts';
import type { LaneName } from '../lanes.ts';
import type { RaceRun } from '../race.ts';
import type { Resume } from '../resume-log.ts';
import { PresetHands } from './preset.ts';

const CONDITIONS = { feedId: 'x', rttMs: 0, intervalMs: 1000, waitMs: 25_000 };
const SLOW_MS = 1500;
const STREAMS: readonly LaneName[] = ['sse', 'article'];

describe('the hands of a preset', () => {
  let life: AbortController;
  let run: RaceRun;

  beforeEach(() => {
    vi.useFakeTimers();
    life = new AbortController();
    const lanes = STREAMS.map((name) => {
      const state = createStore<FeedState>(() => INITIAL_FEED_STATE);
      // Whoever is given faults opens its connection anew, here so slowly that it looks lost.
      const setFaults = (): void => void setTimeout(() => resume(name, { downMs: SLOW_MS }), SLOW_MS);
      return [name, { ...idleFeed, state, setFaults }] as const;
    });
    run = { ...idleRun(CONDITIONS, STREAMS), lanes: new Map(lanes) };
  });

  afterEach(() => {
    life.abort();
    vi.useRealTimers();
  });

  function resume(name: LaneName, about: Partial<Resume>): void {
    const newest = { downMs: 0, replayed: 0, missed: 0, gap: null, isSettled: true, kind: 'cut' as const, ...about };
    run.lanes.get(name)?.state.setState(({ resumes }) => ({ resumes: [{ atMs: Date.now(), ...newest }, ...resumes] }));
  }

  it('take no connection for cut that the page itself was slow to open with its fault', async () => {
    const hands = new PresetHands({ run, signal: life.signal, say: () => undefined, publish: async () => 'pod' });
    const isResumed = vi.fn();
    void hands
      .fault(['drop-mid-event', 0])
      .then(() => hands.untilResumed())
      .then(isResumed);
    await vi.advanceTimersByTimeAsync(2 * SLOW_MS);
    expect(hands.count('cut')).toBe(0);
    expect(isResumed).not.toHaveBeenCalled();
    resume('sse', { downMs: 40, replayed: 7 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(isResumed).not.toHaveBeenCalled();
    resume('article', {});
    await vi.advanceTimersByTimeAsync(1000);
    expect(isResumed).toHaveBeenCalled();
    expect(hands.count('cut')).toBe(1);
    expect(hands.resumeWords()).toBe('Feedline: 0 lost, 7 replayed, resumed in 40 ms.');
  });

  it('see nothing in a view that is paused, and go on with what it shows afterwards', async () => {
    const hands = new PresetHands({ run, signal: life.signal, say: () => undefined, publish: async () => 'pod' });
    const sse = run.lanes.get('sse');
    sse?.state.setState({ isPaused: true });
    const isDone = vi.fn();
    const isFailed = vi.fn();
    hands.until('it has resumed', () => hands.count('cut') > 0, 1000).then(isDone, isFailed);
    const isWatched = vi.fn();
    void hands.rest(100).then(isWatched);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(isFailed).not.toHaveBeenCalled();
    expect(isWatched).not.toHaveBeenCalled();
    sse?.state.setState({ isPaused: false });
    resume('sse', {});
    await vi.advanceTimersByTimeAsync(2 * FIGURES_MS);
    expect(isDone).toHaveBeenCalled();
    expect(isWatched).toHaveBeenCalled();
  });

  it('give up what does not come, and say what it was', async () => {
    const hands = new PresetHands({ run, signal: life.signal, say: () => undefined, publish: async () => 'pod' });
    const given = expect(hands.until('it has resumed', () => false, 1000)).rejects.toThrow(
      'Waited in vain until it has resumed.',
    );
    await vi.advanceTimersByTimeAsync(1200);
    await given;
  });

  it('do nothing more once the preset is ended', async () => {
    const hands = new PresetHands({ run, signal: life.signal, say: () => undefined, publish: async () => 'pod' });
    const waiting = hands.until('it never is', () => false);
    const ended = expect(waiting).rejects.toBe('over');
    await vi.advanceTimersByTimeAsync(200);
    life.abort('over');
    await ended;
  });
});
