'use client';

import type { KeyboardEvent, RefObject } from 'react';
import { feedIdProblem } from '#components/shell/feed-href.ts';
import { Kbd } from '#components/ui/kbd.tsx';
import { useKey } from '#lib/client/hooks/use-key.ts';
import { selectFeed } from './select-feed.ts';

interface FeedSearchProps {
  readonly ref: RefObject<HTMLInputElement | null>;
  readonly query: string;
  readonly firstFound: string | undefined;
  readonly onQuery: (query: string) => void;
  /** Down into the list. */
  readonly onDown: () => void;
}

/** Finds feeds as one types. Enter opens the first one found, and what was typed where there is none. */
export function FeedSearch({ ref, query, firstFound, onQuery, onDown }: FeedSearchProps) {
  useKey('/', () => ref.current?.select());

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      onDown();
    }
    const id = firstFound ?? query;
    if (event.key === 'Enter' && query !== '' && feedIdProblem(id) === null) selectFeed(id);
  }

  return (
    <div className="relative">
      <input
        ref={ref}
        type="search"
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={onKeyDown}
        aria-label="Find feeds by their ID"
        aria-keyshortcuts="/"
        placeholder="Find by ID…"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className="h-8 w-full rounded-md border border-line bg-ground px-3 font-mono placeholder:font-sans placeholder:text-ink-muted [&::-webkit-search-cancel-button]:grayscale"
      />
      {query === '' && (
        <span aria-hidden="true" className="pointer-events-none absolute top-1 right-2">
          <Kbd>/</Kbd>
        </span>
      )}
    </div>
  );
}
