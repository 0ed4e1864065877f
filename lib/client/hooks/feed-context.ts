import { createContext } from 'react';
import { createStore } from 'zustand/vanilla';
import { type FeedStore, INITIAL_FEED_STATE } from '../feed-store.ts';

const nothing = (): void => undefined;

/** What components see on the server and before the first effect, where there is no connection yet. */
const idleFeed: FeedStore = {
  state: createStore(() => INITIAL_FEED_STATE),
  samples: () => [],
  setPaused: nothing,
  retryNow: nothing,
  setConnected: nothing,
  dispose: nothing,
};

/** The feed that the components below show. */
export const FeedContext = createContext<FeedStore>(idleFeed);
