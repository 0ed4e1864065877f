'use client';

import Link from 'next/link';
import { feedHref } from '#components/shell/feed-href.ts';
import { ConnectionState, RetryButton } from '#components/status/connection-badge.tsx';
import { useFeed } from '#lib/client/hooks/use-feed.ts';
import { visible } from '#lib/client/visible.ts';
import { connectionSentence } from '#lib/client/words.ts';
import { PauseButton } from './pause-button.tsx';

interface FeedHeaderProps {
  readonly id: string;
  readonly level: 'h1' | 'h2';
}

/** The ID, the state of its connection and what it means, and Pause. In a panel the ID leads to the feed's own page. */
export function FeedHeader({ id, level: Heading }: FeedHeaderProps) {
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <Heading className="min-w-0 text-xl font-semibold tracking-tight">
        <span className="mr-2 font-normal text-ink-muted">Feed</span>
        {Heading === 'h1' ? (
          <bdi className="break-all font-mono">{visible(id)}</bdi>
        ) : (
          <Link href={feedHref(id)} className="break-all font-mono underline decoration-line-strong underline-offset-4">
            <bdi>{visible(id)}</bdi>
          </Link>
        )}
      </Heading>
      <div className="flex flex-wrap items-center gap-2">
        <ConnectionState />
        <PauseButton />
      </div>
      <StateLine />
    </header>
  );
}

/** What the state means, always in a line of its own: nothing moves when the connection is lost. */
function StateLine() {
  const sentence = useFeed((state) => connectionSentence(state.connection));
  const reason = useFeed((state) => state.connection.reason);
  // What is over, and why, is read to its end; while it may pass, nothing below moves.
  const clamp = useFeed((state) => (state.connection.closeReason === 'failed' ? '' : 'line-clamp-3'));
  return (
    <div className="flex min-h-12 basis-full items-center justify-between gap-4 text-xs @lg:min-h-8">
      <p className={`${clamp} min-w-0 break-words text-ink-muted`}>
        <span data-testid="connection-sentence">{sentence}</span>
        {reason !== null && ` Reason: ${reason}`}
      </p>
      <RetryButton />
    </div>
  );
}
