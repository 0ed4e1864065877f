/** What components show on the server, and until there is something to show: everything in its place, and empty. */
import { createStore } from 'zustand/vanilla';
import { type FeedStore, INITIAL_FEED_STATE } from './feed-store.ts';
import type { Conditions, LaneName } from './lanes.ts';
import type { RaceRun } from './race.ts';
import { Timeline } from './timeline.ts';

const nothing = (): void => undefined;

export const idleFeed: FeedStore = {
  state: createStore(() => INITIAL_FEED_STATE),
  samples: () => [],
  history: () => [],
  setPaused: nothing,
  retryNow: nothing,
  setConnected: nothing,
  setFaults: nothing,
  dispose: nothing,
};

export function idleRun(conditions: Conditions, lanes: readonly LaneName[]): RaceRun {
  return {
    conditions,
    startedAtMs: 0,
    lanes: new Map(lanes.map((name) => [name, idleFeed])),
    timeline: new Timeline(lanes),
    produced: () => ({ events: 0, isExact: true, asOfMs: null }),
    producerClock: () => ({ offsetMs: 0, errorMs: null }),
    serverOffsetMs: () => 0,
  };
}
