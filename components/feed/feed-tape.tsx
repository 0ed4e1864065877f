'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useId, useLayoutEffect, useRef } from 'react';
import { Card } from '#components/ui/card.tsx';
import { formatCount } from '#lib/client/format.ts';
import { useFeed } from '#lib/client/hooks/use-feed.ts';
import { type EventTapeRow, TAPE_MAX, type TapeRow } from '#lib/client/tape.ts';
import { FeedTapeRow } from './feed-tape-row.tsx';
import { nextSelected } from './tape-keys.ts';

/** Of a row that was not laid out yet, px. */
const ROW_PX = 29;
/** Rows laid out beyond what is seen: a quick scroll must not meet a blank. */
const OVERSCAN_ROWS = 12;

interface FeedTapeProps {
  readonly level: 'h2' | 'h3';
  /** Of the event that is shown in full; null: none was chosen. */
  readonly selectedCursor: string | null;
  readonly onSelect: (row: EventTapeRow, isByPointer: boolean) => void;
}

/** All that came, newest first, bounded. It is a log, but not read aloud: nobody could listen that fast. */
export function FeedTape({ level, selectedCursor, onSelect }: FeedTapeProps) {
  const tape = useFeed((state) => state.tape);
  return (
    <Card
      title="Event tape"
      level={level}
      aside={`newest first · last ${formatCount(TAPE_MAX)} kept`}
      className="@container h-[26rem] @3xl:h-[40rem]"
    >
      <div role="log" aria-live="off" aria-label="Event tape" className="flex min-h-0 flex-1 flex-col">
        {tape.length === 0 ? (
          <p className="flex flex-1 items-center justify-center px-4 text-ink-muted">Nothing has come yet.</p>
        ) : (
          <Rows tape={tape} selectedCursor={selectedCursor} onSelect={onSelect} />
        )}
      </div>
    </Card>
  );
}

interface RowsProps extends Omit<FeedTapeProps, 'level'> {
  readonly tape: readonly TapeRow[];
}

/** Only what is seen is laid out: each row of a long tape would cost every frame. */
function Rows({ tape, selectedCursor, onSelect }: RowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const baseId = useId();
  const idOf = (row: TapeRow): string => `${baseId}-${row.key}`;
  const rows = useVirtualizer({
    count: tape.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => tape[index]?.key ?? index,
    overscan: OVERSCAN_ROWS,
  });
  useSteadyPlace(box, tape, (index) => rows.measurementsCache[index]?.start ?? index * ROW_PX);
  const selectedIndex = tape.findIndex((row) => row.kind === 'event' && row.event.cursor === selectedCursor);
  const laidOut = rows.getVirtualItems();
  // What was scrolled out of sight is not there to be named.
  const selectedRow = laidOut.some(({ index }) => index === selectedIndex) ? tape[selectedIndex] : undefined;

  function onKeyDown(event: KeyboardEvent): void {
    const index = nextSelected(tape, selectedIndex, event.key);
    const row = index === null ? undefined : tape[index];
    if (index === null || row?.kind !== 'event') return;
    event.preventDefault();
    rows.scrollToIndex(index, { align: 'auto' });
    onSelect(row, false);
  }

  return (
    <div
      ref={box}
      role="listbox"
      aria-label="Events, newest first"
      aria-activedescendant={selectedRow === undefined ? undefined : idOf(selectedRow)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="group min-h-0 flex-1 overflow-y-auto overscroll-contain [overflow-anchor:none]"
    >
      <div role="presentation" className="relative" style={{ height: rows.getTotalSize() }}>
        {laidOut.map(({ index, key, start }) => {
          const row = tape[index];
          return row === undefined ? null : (
            <FeedTapeRow
              key={key}
              ref={rows.measureElement}
              id={idOf(row)}
              index={index}
              total={tape.length}
              topPx={start}
              row={row}
              isSelected={index === selectedIndex}
              onSelect={onSelect}
            />
          );
        })}
      </div>
    </div>
  );
}

/** What is being read stays where it is while rows come above it; at the top the newest is shown. */
function useSteadyPlace(
  box: React.RefObject<HTMLDivElement | null>,
  tape: readonly TapeRow[],
  startOf: (index: number) => number,
): void {
  const topKey = useRef<number | null>(null);
  useLayoutEffect(() => {
    const before = topKey.current;
    topKey.current = tape[0]?.key ?? null;
    const added = before === null ? 0 : tape.findIndex(({ key }) => key === before);
    if (box.current !== null && box.current.scrollTop > 0 && added > 0) box.current.scrollTop += startOf(added);
  });
}
