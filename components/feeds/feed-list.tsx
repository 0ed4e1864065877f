'use client';

import { useRef, useState } from 'react';
import type { FeedListState } from '#lib/client/feed-list.ts';
import { FeedSort } from '#lib/client/feed-order.ts';
import { useHeldOrder } from '#lib/client/hooks/use-held-order.ts';
import { useIsReading } from '#lib/client/hooks/use-is-reading.ts';
import { useNow } from '#lib/client/hooks/use-now.ts';
import { FeedRows } from './feed-rows.tsx';
import { FeedSearch } from './feed-search.tsx';
import { ListNote } from './list-note.tsx';
import { ListState } from './list-state.tsx';
import { SortBar } from './sort-bar.tsx';
import { WatchRow } from './watch-row.tsx';

interface FeedListProps {
  readonly list: FeedListState;
  readonly selected: string | null;
}

/** The recent feeds, found while typing. Its height is its place's, so that nothing moves as it fills. */
export function FeedList({ list, selected }: FeedListProps) {
  const [query, setQuery] = useState('');
  const [sort, setSort] = useState<FeedSort>(FeedSort.newest);
  const { isReading, handlers } = useIsReading();
  const search = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const nowMs = useNow(true);
  const { heard } = list;
  const order = useHeldOrder(heard, { query, sort }, isReading);

  function reorder(): void {
    order.renew();
    box.current?.scrollTo({ top: 0 });
  }
  function toStart(): void {
    if (box.current !== null) box.current.scrollTop = 0;
  }

  return (
    <section
      aria-labelledby="feeds-title"
      className="flex h-[26rem] flex-col rounded-lg border border-line bg-surface lg:sticky lg:top-[69px] lg:h-[calc(100dvh-89px)]"
    >
      <div className="flex flex-col gap-2 border-b border-line p-3">
        <div className="flex items-baseline justify-between gap-3">
          <h1 id="feeds-title" className="text-base font-semibold">
            Feeds
          </h1>
          <ListState list={list} shown={order.ids.length} nowMs={nowMs} />
        </div>
        <FeedSearch
          ref={search}
          query={query}
          firstFound={order.ids[0]}
          onQuery={(typed) => {
            toStart();
            setQuery(typed);
          }}
          onDown={() => box.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()}
        />
        <SortBar
          sort={sort}
          onSort={(chosen) => {
            toStart();
            setSort(chosen);
          }}
          order={order}
          onReorder={reorder}
        />
      </div>
      {query !== '' && heard !== null && !heard.feeds.has(query) && <WatchRow id={query} />}
      <p className="flex justify-between gap-3 border-b border-line px-4 py-1 text-xs text-ink-muted">
        <span>ID, last event</span>
        <span>rate, when</span>
      </p>
      <div ref={box} {...handlers} className="min-h-0 flex-1 overflow-y-auto overscroll-contain [overflow-anchor:none]">
        {heard === null || order.ids.length === 0 ? (
          <ListNote list={list} query={query} />
        ) : (
          <FeedRows
            ids={order.ids}
            feeds={heard.feeds}
            podNowS={Math.floor((heard.atMs + sinceHeardMs(list, nowMs)) / 1_000)}
            selected={selected}
            box={box}
            onLeave={() => search.current?.focus()}
          />
        )}
      </div>
    </section>
  );
}

/** While the server cannot say, rows stay as they were told: nobody knows how they would read by now. */
function sinceHeardMs({ heard, isFailing }: FeedListState, nowMs: number): number {
  return heard === null || isFailing ? 0 : Math.max(0, nowMs - heard.heardAtMs);
}
