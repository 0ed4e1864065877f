'use client';

import Link from 'next/link';
import { feedHref } from '#components/shell/feed-href.ts';
import { ConnectionBadge } from '#components/status/connection-badge.tsx';
import { PauseButton } from './pause-button.tsx';

interface FeedHeaderProps {
  readonly id: string;
  readonly level: 'h1' | 'h2';
}

/** The ID, the state of its connection, and Pause. In a panel the ID leads to the feed's own page. */
export function FeedHeader({ id, level: Heading }: FeedHeaderProps) {
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
      <Heading className="min-w-0 text-xl font-semibold tracking-tight">
        <span className="mr-2 font-normal text-ink-muted">Feed</span>
        {Heading === 'h1' ? (
          <span className="break-all font-mono">{id}</span>
        ) : (
          <Link href={feedHref(id)} className="break-all font-mono underline decoration-line-strong underline-offset-4">
            {id}
          </Link>
        )}
      </Heading>
      <div className="flex flex-wrap items-center gap-2">
        <ConnectionBadge />
        <PauseButton />
      </div>
    </header>
  );
}
