import { useEffect, useState } from 'react';
import { QueryName } from '#lib/protocol/constants.ts';
import type { FeedListItem } from '#lib/protocol/events.ts';
import { FEEDS_URL } from '#lib/protocol/paths.ts';
import { pollJson } from '../poll-json.ts';
import { parseFeedList } from '../wire.ts';

const LIST_POLL_MS = 2000;
const byId = new Intl.Collator('en', { numeric: true }).compare;

/** The recent feeds: `items` is null until the first answer, and stays as it was while the server cannot say. */
export interface FeedListState {
  readonly items: readonly FeedListItem[] | null;
  readonly topic: string;
  readonly isFailing: boolean;
}

/** The feeds whose ID begins with `prefix`, in the order of their IDs, so that rows do not move under the pointer. */
export function useFeedList(prefix: string): FeedListState {
  const [list, setList] = useState<FeedListState>({ items: null, topic: '', isFailing: false });
  useEffect(() => {
    const life = new AbortController();
    pollJson({
      url: `${FEEDS_URL}?${new URLSearchParams({ [QueryName.prefix]: prefix })}`,
      intervalMs: LIST_POLL_MS,
      signal: life.signal,
      onResult: (result) => {
        const parsed = result.kind === 'answer' && result.status === 200 ? parseFeedList(result.body) : null;
        if (parsed === null) return setList((before) => ({ ...before, isFailing: true }));
        const items = parsed.feeds.toSorted((a, b) => byId(a.id, b.id));
        setList({ items, topic: parsed.topic, isFailing: false });
      },
    });
    return () => life.abort();
  }, [prefix]);
  return list;
}
