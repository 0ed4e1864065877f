'use client';

import type { KeyboardEvent, MouseEvent } from 'react';
import { feedListUrl } from '#components/shell/feed-href.ts';
import { formatCount, formatSeconds } from '#lib/client/format.ts';
import type { FeedListItem } from '#lib/protocol/events.ts';

interface FeedListRowProps {
  readonly item: FeedListItem;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly onKeyDown: (event: KeyboardEvent<HTMLAnchorElement>) => void;
}

/** A true link, so that it opens in a new tab too; a plain click only changes the URL, without asking the server. */
export function FeedListRow({ item, isSelected, isTabStop, onKeyDown }: FeedListRowProps) {
  const href = feedListUrl(item.id);

  function select(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState(null, '', href);
  }

  return (
    <li>
      <a
        href={href}
        onClick={select}
        onKeyDown={onKeyDown}
        tabIndex={isTabStop ? 0 : -1}
        aria-current={isSelected ? 'true' : undefined}
        className={`fade-state block rounded-md border-l-2 px-3 py-1.5 -outline-offset-2 hover:bg-sunken ${isSelected ? 'border-sse bg-sunken' : 'border-transparent'}`}
      >
        <span className={`block truncate font-mono ${isSelected ? 'font-semibold' : ''}`}>{item.id}</span>
        <span className="flex justify-between gap-2 text-xs text-ink-muted">
          <span>
            {formatCount(item.records)} {item.records === 1 ? 'record' : 'records'}
          </span>
          <span>{formatSeconds(Date.now() - item.lastRecordAtMs)} ago</span>
        </span>
      </a>
    </li>
  );
}
