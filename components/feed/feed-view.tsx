'use client';

import { LatencyChart } from '#components/charts/latency-chart.tsx';
import { FeedContext } from '#lib/client/hooks/feed-context.ts';
import { useFeedLease } from '#lib/client/hooks/use-feed.ts';
import { canBeInPath } from '#lib/protocol/paths.ts';
import { ConnectionStrip } from './connection-strip.tsx';
import { EventDesk } from './event-desk.tsx';
import { FeedFigures } from './feed-figures.tsx';
import { FeedHeader } from './feed-header.tsx';
import { PublishForm } from './publish-form.tsx';
import { ResumeList } from './resume-list.tsx';
import { SnippetsCard } from './snippets-card.tsx';
import { StageTable } from './stage-table.tsx';

interface FeedViewProps {
  readonly id: string;
  readonly level: 'h1' | 'h2';
  /** Where one may publish. */
  readonly isDemo: boolean;
}

const TWO_COLUMNS = 'grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4 @3xl:grid-cols-2';

/** One feed, live. It lays itself out by the width it is given, so that it fits a page and a panel alike. */
export function FeedView({ id, level, isDemo }: FeedViewProps) {
  const feed = useFeedLease(id);
  const below = level === 'h1' ? 'h2' : 'h3';
  const canPublish = isDemo && canBeInPath(id);
  const content = (
    <div className="@container flex min-w-0 flex-col gap-4">
      <FeedHeader id={id} level={level} />
      <FeedFigures />
      <EventDesk level={below} />
      <ConnectionStrip />
      <div className={TWO_COLUMNS}>
        <LatencyChart />
        <StageTable level={below} />
      </div>
      <div className={TWO_COLUMNS}>
        <ResumeList level={below} />
        {canPublish && <PublishForm id={id} level={below} />}
        <SnippetsCard id={id} level={below} className={canPublish ? '@3xl:col-span-2' : ''} />
      </div>
    </div>
  );
  return feed === null ? content : <FeedContext value={feed}>{content}</FeedContext>;
}
