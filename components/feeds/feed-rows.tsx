'use client';

import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { KnownFeed } from '#lib/client/feed-list.ts';
import { FeedListRow } from './feed-list-row.tsx';

const ROW_PX = 52;
/** Rows laid out beyond each end of what is seen: a fast scroll finds them there. */
const OVERSCAN = 8;

interface FeedRowsProps {
  readonly ids: readonly string[];
  readonly feeds: ReadonlyMap<string, KnownFeed>;
  readonly podNowS: number;
  readonly selected: string | null;
  /** What scrolls. */
  readonly box: RefObject<HTMLDivElement | null>;
  /** Up from the first row. */
  readonly onLeave: () => void;
}

/** The rows that can be seen, of however many there are. One tab stop; arrows, Home, End and the page keys move inside. */
export function FeedRows({ ids, feeds, podNowS, selected, box, onLeave }: FeedRowsProps) {
  const [active, setActive] = useState<string | null>(null);
  /** Who is to get the focus, once its row is there. */
  const focusDue = useRef<string | null>(null);
  const activeRow = useRef<HTMLAnchorElement>(null);
  const activeIndex = Math.max(0, ids.indexOf(active ?? selected ?? ''));
  const rows = useVirtualizer({
    count: ids.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => ids[index] ?? index,
    overscan: OVERSCAN,
    // The row that has the focus, or would get it, is there also where it cannot be seen: else the focus was lost.
    rangeExtractor: useCallback((range: Range) => withIndex(defaultRangeExtractor(range), activeIndex), [activeIndex]),
  });

  useEffect(() => {
    // The effect of a render before may run only now: it knows another row.
    if (focusDue.current === null || focusDue.current !== active) return;
    focusDue.current = null;
    activeRow.current?.focus({ preventScroll: true });
  });

  function onKeyDown(event: KeyboardEvent): void {
    const target = targetOf(event.key, activeIndex, Math.floor((box.current?.clientHeight ?? 0) / ROW_PX));
    if (target === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (target < 0 && event.key === 'ArrowUp') onLeave();
    else moveTo(Math.max(0, Math.min(target, ids.length - 1)));
  }
  function moveTo(index: number): void {
    const id = ids[index] ?? null;
    focusDue.current = id;
    setActive(id);
    rows.scrollToIndex(index);
  }

  return (
    <ul className="relative" style={{ height: rows.getTotalSize() }} onKeyDown={onKeyDown}>
      {rows.getVirtualItems().map(({ index, key, start }) => {
        const id = ids[index] ?? '';
        return (
          <li
            key={key}
            aria-setsize={ids.length}
            aria-posinset={index + 1}
            onFocus={() => setActive(id)}
            className="absolute top-0 right-0 left-0 px-1 py-px"
            style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
          >
            <FeedListRow
              ref={index === activeIndex ? activeRow : null}
              id={id}
              feed={feeds.get(id)}
              podNowS={podNowS}
              isSelected={id === selected}
              isTabStop={index === activeIndex}
            />
          </li>
        );
      })}
    </ul>
  );
}

function withIndex(indexes: readonly number[], index: number): number[] {
  return indexes.includes(index) ? [...indexes] : [...indexes, index].sort((a, b) => a - b);
}

/** Where a key leads; null where it leads nowhere. */
function targetOf(key: string, index: number, pageRows: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return index + 1;
    case 'ArrowUp':
      return index - 1;
    case 'PageDown':
      return index + Math.max(1, pageRows);
    case 'PageUp':
      return index - Math.max(1, pageRows);
    case 'Home':
      return 0;
    case 'End':
      return Number.MAX_SAFE_INTEGER;
    default:
      return null;
  }
}
