'use client';

import { useSearchParams } from 'next/navigation';
import { useEffect } from 'react';
import { FeedProblem } from '#components/feed/feed-problem.tsx';
import { FeedView } from '#components/feed/feed-view.tsx';
import { feedIdProblem, feedListUrl, SELECTED_FEED } from '#components/shell/feed-href.ts';
import type { FeedListState } from '#lib/client/feed-list.ts';
import { useFeedList } from '#lib/client/hooks/use-feed-list.ts';
import { useIsDemo } from '#lib/client/hooks/use-is-demo.ts';
import { FeedList } from './feed-list.tsx';
import { NoFeeds } from './no-feeds.tsx';

/** The demo's best-known feed; shown first where it exists. */
const FIRST_CHOICE = '1234';

/** The feeds there are, and one of them live. The selection is in the URL, so that it can be kept and sent. */
export function FeedBrowser() {
  const list = useFeedList();
  const selected = useSearchParams().get(SELECTED_FEED);
  useDefaultSelection(selected, list);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[23rem_minmax(0,1fr)]">
      <FeedList list={list} selected={selected} />
      <SelectedFeed id={selected} list={list} />
    </div>
  );
}

function SelectedFeed({ id, list }: { readonly id: string | null; readonly list: FeedListState }) {
  const isDemo = useIsDemo();
  if (id === null) return <NoFeeds list={list} />;
  const problem = feedIdProblem(id);
  if (problem !== null) return <FeedProblem message={problem} />;
  return <FeedView key={id} id={id} level="h2" isDemo={isDemo} />;
}

function useDefaultSelection(selected: string | null, { heard }: FeedListState): void {
  const [newest] = heard?.feeds.keys() ?? [];
  const first = heard?.feeds.has(FIRST_CHOICE) ? FIRST_CHOICE : newest;
  const id = selected === null ? first : undefined;
  useEffect(() => {
    if (id !== undefined) window.history.replaceState(null, '', feedListUrl(id));
  }, [id]);
}
