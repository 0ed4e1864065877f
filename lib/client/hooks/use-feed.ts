import { use, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { feeds } from '../feed-registry.ts';
import type { FeedState, FeedStore } from '../feed-store.ts';
import { FeedContext } from './feed-context.ts';

/** A slice of the feed that is shown; take the smallest, and one that is the same object while nothing changed. */
export function useFeed<T>(select: (state: FeedState) => T): T {
  return useStore(use(FeedContext).state, select);
}

/** The feed itself, for its acts and for charts. */
export function useFeedStore(): FeedStore {
  return use(FeedContext);
}

/** Holds the connection of a feed while mounted; null before the first effect, and so on the server. */
export function useFeedLease(id: string): FeedStore | null {
  const [feed, setFeed] = useState<FeedStore | null>(null);
  useEffect(() => {
    const lease = feeds.acquire(id);
    setFeed(lease.feed);
    return () => lease.release();
  }, [id]);
  return feed;
}
