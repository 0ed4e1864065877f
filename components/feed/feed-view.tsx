'use client';

import { LatencyChart } from '#components/charts/latency-chart.tsx';
import { FeedContext } from '#lib/client/hooks/feed-context.ts';
import { useFeedLease } from '#lib/client/hooks/use-feed.ts';
import { FeedFigures } from './feed-figures.tsx';
import { FeedHeader } from './feed-header.tsx';
import { FeedTape } from './feed-tape.tsx';
import { LastValue } from './last-value.tsx';

interface FeedViewProps {
  readonly id: string;
  readonly level: 'h1' | 'h2';
}

/** One feed, live. It lays itself out by the width it is given, so that it fits a page and a panel alike. */
export function FeedView({ id, level }: FeedViewProps) {
  const feed = useFeedLease(id);
  const below = level === 'h1' ? 'h2' : 'h3';
  const content = (
    <div className="@container flex min-w-0 flex-col gap-4">
      <FeedHeader id={id} level={level} />
      <FeedFigures />
      <div className="grid min-w-0 gap-4 @3xl:grid-cols-2">
        <LastValue level={below} />
        <LatencyChart />
      </div>
      <FeedTape level={below} />
    </div>
  );
  return feed === null ? content : <FeedContext value={feed}>{content}</FeedContext>;
}
