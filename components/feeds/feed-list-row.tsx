'use client';

import { memo, type Ref } from 'react';
import { feedListUrl } from '#components/shell/feed-href.ts';
import type { KnownFeed } from '#lib/client/feed-list.ts';
import { rateWords, valueWords } from '#lib/client/feed-words.ts';
import { formatSeconds } from '#lib/client/format.ts';
import { visible } from '#lib/client/visible.ts';
import { selectOnClick } from './select-feed.ts';

interface FeedListRowProps {
  readonly id: string;
  /** What is known of it; undefined where it has fallen out of the recent ones meanwhile. */
  readonly feed: KnownFeed | undefined;
  /** The pod's clock, in whole seconds, so that a row is not drawn anew for less. */
  readonly podNowS: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly ref: Ref<HTMLAnchorElement>;
}

/** A true link, so that it opens in a new tab too. */
export const FeedListRow = memo(function FeedListRow(props: FeedListRowProps) {
  const { id, feed, podNowS, isSelected, isTabStop, ref } = props;
  return (
    <a
      ref={ref}
      href={feedListUrl(id)}
      data-feed={id}
      onClick={(event) => selectOnClick(event, id)}
      tabIndex={isTabStop ? 0 : -1}
      aria-current={isSelected ? 'true' : undefined}
      className={`fade-state flex h-full flex-col justify-center rounded-md border-l-2 pr-3 pl-2.5 -outline-offset-2 hover:bg-sunken ${isSelected ? 'border-sse bg-sunken' : 'border-transparent'}`}
    >
      <span className="flex items-baseline justify-between gap-3">
        <span className={`truncate font-mono ${isSelected ? 'font-semibold' : ''}`}>{visible(id)}</span>
        <span className="shrink-0 text-xs">{feed === undefined ? '–' : rateWords(feed, podNowS * 1_000)}</span>
      </span>
      <span className="flex items-baseline justify-between gap-3 text-xs text-ink-muted">
        <span className="truncate font-mono">
          {feed === undefined ? 'no longer recent' : visible(valueWords(feed.lastValue))}
        </span>
        <span className="shrink-0">
          {feed !== undefined && `${formatSeconds(podNowS * 1_000 - feed.lastRecordAtMs)} ago`}
        </span>
      </span>
    </a>
  );
});
