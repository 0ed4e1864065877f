'use client';

import { type KeyboardEvent, useRef } from 'react';
import type { FeedListState } from '#lib/client/hooks/use-feed-list.ts';
import type { FeedListItem } from '#lib/protocol/events.ts';
import { FeedListRow } from './feed-list-row.tsx';

/** More rows than this help nobody: the filter does. */
const SHOWN_MAX = 200;

interface FeedListProps {
  readonly list: FeedListState;
  readonly prefix: string;
  readonly onPrefix: (prefix: string) => void;
  readonly selected: string | null;
}

/** The recent feeds, filtered while typing. One tab stop; arrows move inside, and down from the filter into it. */
export function FeedList({ list, prefix, onPrefix, selected }: FeedListProps) {
  const rows = useRef<HTMLUListElement>(null);
  const items = (list.items ?? []).filter(({ id }) => id.startsWith(prefix));
  const shown = items.slice(0, SHOWN_MAX);
  const tabStop = shown.some(({ id }) => id === selected) ? selected : shown[0]?.id;

  function onFilterKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') moveFocus(event, rows.current, 0);
  }

  return (
    <section
      aria-labelledby="feeds-title"
      className="flex h-72 flex-col rounded-lg border border-line bg-surface lg:sticky lg:top-24 lg:h-auto lg:max-h-[calc(100dvh-8rem)]"
    >
      <div className="flex flex-col gap-2 border-b border-line p-3">
        <div className="flex items-baseline justify-between gap-3">
          <h1 id="feeds-title" className="text-base font-semibold">
            Feeds
          </h1>
          <span className="min-w-0 truncate text-xs text-ink-muted">{countWords(list, items)}</span>
        </div>
        <input
          type="search"
          value={prefix}
          onChange={(event) => onPrefix(event.target.value)}
          onKeyDown={onFilterKey}
          aria-label="Filter feeds by the start of their ID"
          placeholder="Filter: ID starts with…"
          autoComplete="off"
          className="h-8 w-full rounded-md border border-line bg-ground px-3 placeholder:text-ink-muted"
        />
      </div>
      <ul ref={rows} className="min-h-0 flex-1 overflow-y-auto p-1">
        {shown.map((item) => (
          <FeedListRow
            key={item.id}
            item={item}
            isSelected={item.id === selected}
            isTabStop={item.id === tabStop}
            onKeyDown={onRowKey}
          />
        ))}
        {shown.length === 0 && <li className="px-3 py-2 text-ink-muted">{emptyWords(list, prefix)}</li>}
      </ul>
      {items.length > SHOWN_MAX && (
        <p className="border-t border-line px-4 py-2 text-xs text-ink-muted">
          {items.length - SHOWN_MAX} more: type to filter
        </p>
      )}
    </section>
  );
}

function onRowKey(event: KeyboardEvent<HTMLAnchorElement>): void {
  const list = event.currentTarget.closest('ul');
  const index = [...(list?.querySelectorAll('a') ?? [])].indexOf(event.currentTarget);
  if (event.key === 'ArrowDown') moveFocus(event, list, index + 1);
  if (event.key === 'ArrowUp') moveFocus(event, list, index - 1);
  if (event.key === 'Home') moveFocus(event, list, 0);
  if (event.key === 'End') moveFocus(event, list, -1);
}

/** Focuses the row at `index`, counted from the end below zero; stays where there is none. */
function moveFocus(event: KeyboardEvent, list: HTMLUListElement | null, index: number): void {
  event.preventDefault();
  [...(list?.querySelectorAll('a') ?? [])].at(index)?.focus();
}

function countWords(list: FeedListState, items: readonly FeedListItem[]): string {
  if (list.isFailing) return 'not up to date';
  return list.items === null ? '' : `${items.length} in ${list.topic}`;
}

function emptyWords(list: FeedListState, prefix: string): string {
  if (list.items === null) return list.isFailing ? 'The server does not answer.' : 'Loading…';
  return prefix === '' ? 'None yet.' : `No recent ID starts with “${prefix}”.`;
}
