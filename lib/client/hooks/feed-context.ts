import { createContext } from 'react';
import type { FeedStore } from '../feed-store.ts';
import { idleFeed } from '../idle.ts';

/** The feed that the components below show; before the first effect there is no connection yet. */
export const FeedContext = createContext<FeedStore>(idleFeed);
