'use client';

import { FeedSort } from '#lib/client/feed-order.ts';
import { formatCount } from '#lib/client/format.ts';
import type { HeldOrder } from '#lib/client/hooks/use-held-order.ts';

const SORT_WORDS: Record<FeedSort, string> = { newest: 'Newest', id: 'ID', rate: 'Rate' };

interface SortBarProps {
  readonly sort: FeedSort;
  readonly onSort: (sort: FeedSort) => void;
  readonly order: HeldOrder;
  readonly onReorder: () => void;
}

/** How the feeds are ordered; while they are held, what has changed and the button for it, in a place kept for both. */
export function SortBar({ sort, onSort, order, onReorder }: SortBarProps) {
  return (
    <div className="flex h-7 items-center justify-between gap-2 text-xs">
      <fieldset aria-label="Order" className="flex rounded-md border border-line">
        {Object.values(FeedSort).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === sort}
            onClick={() => onSort(name)}
            className="fade-state h-6 rounded-md px-2 text-ink-muted not-aria-pressed:hover:text-ink aria-pressed:bg-ink aria-pressed:font-medium aria-pressed:text-surface"
          >
            {SORT_WORDS[name]}
          </button>
        ))}
      </fieldset>
      {order.isOutdated && (
        <button
          type="button"
          onClick={onReorder}
          title="The order is kept while you read"
          className="fade-state h-7 rounded-md border border-line px-2 hover:border-line-strong"
        >
          {order.newCount === 0 ? 'Reorder' : `${formatCount(order.newCount)} new · reorder`}
        </button>
      )}
    </div>
  );
}
