import { useMemo, useState } from 'react';
import type { HeardFeeds } from '../feed-list.ts';
import { type Arrangement, arrangeFeeds } from '../feed-order.ts';

export interface HeldOrder {
  /** The IDs as they are shown. */
  readonly ids: readonly string[];
  /** Whether the feeds would stand otherwise by now. */
  readonly isOutdated: boolean;
  /** How many feeds have come that are not shown. */
  readonly newCount: number;
  readonly renew: () => void;
}

const NONE: readonly string[] = [];

/**
 * The feeds in order, which stays as it was while `isHeld`: no row goes away from under a pointer or a reader. What a
 * row says changes all the same. What is asked for otherwise, by another query or sort, is arranged at once.
 */
export function useHeldOrder(heard: HeardFeeds | null, { query, sort }: Arrangement, isHeld: boolean): HeldOrder {
  const feeds = heard?.feeds;
  const current = useMemo(
    () => (feeds === undefined ? NONE : arrangeFeeds(feeds, { query, sort })),
    [feeds, query, sort],
  );
  const [shown, setShown] = useState({ ids: current, query, sort });
  const renew = (): void => setShown({ ids: current, query, sort });

  const isAsked = shown.query === query && shown.sort === sort;
  // What is not all there yet is still to be filled in.
  const mayHold = isHeld && isAsked && heard?.isWhole === true && shown.ids.length > 0;
  if (!mayHold && shown.ids !== current) renew();

  const { ids } = shown;
  const newCount = useMemo(() => countMissing(current, ids), [current, ids]);
  const isOutdated = useMemo(
    () => newCount > 0 || current.some((id, index) => ids[index] !== id),
    [current, ids, newCount],
  );
  return { ids, newCount, isOutdated, renew };
}

function countMissing(current: readonly string[], shown: readonly string[]): number {
  if (current === shown) return 0;
  const has = new Set(shown);
  return current.reduce((count, id) => (has.has(id) ? count : count + 1), 0);
}
