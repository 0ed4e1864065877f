import type { FeedListState } from '#lib/client/feed-list.ts';
import { formatCount, formatSeconds } from '#lib/client/format.ts';

interface ListStateProps {
  readonly list: FeedListState;
  /** Rows there are. */
  readonly shown: number;
  readonly nowMs: number;
}

/** How much the list has and how far it can be trusted, as a state and in words. */
export function ListState({ list, shown, nowMs }: ListStateProps) {
  const { heard, isFailing } = list;
  const state = heard === null ? (isFailing ? 'failed' : 'loading') : isFailing ? 'stale' : 'ready';
  return (
    <span
      data-testid="list-state"
      data-state={state}
      className={`min-w-0 truncate text-xs ${isFailing ? 'text-loss' : 'text-ink-muted'}`}
    >
      {wordsOf(list, shown, nowMs)}
    </span>
  );
}

function wordsOf({ heard, isFailing, refusal }: FeedListState, shown: number, nowMs: number): string {
  if (refusal !== null) return 'not signed in';
  if (heard === null) return isFailing ? 'not to be had' : 'loading…';
  if (isFailing) return `not up to date · as of ${formatSeconds(nowMs - heard.heardAtMs)} ago`;
  const all = heard.feeds.size;
  return shown < all ? `${formatCount(shown)} of ${formatCount(all)}` : `${formatCount(all)} in ${heard.topic}`;
}
