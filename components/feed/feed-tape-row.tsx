import { memo, type ReactNode, type Ref } from 'react';
import { formatMs, formatOutage, formatTimeOfDay } from '#lib/client/format.ts';
import { cameAtMs, type EventTapeRow, type TapeRow } from '#lib/client/tape.ts';
import { visible } from '#lib/client/visible.ts';
import { gapWords } from '#lib/client/words.ts';

interface FeedTapeRowProps {
  /** Measures it. */
  readonly ref: Ref<HTMLDivElement>;
  readonly id: string;
  /** Among all rows of the tape, from 0. */
  readonly index: number;
  readonly total: number;
  /** From the tape's top. */
  readonly topPx: number;
  readonly row: TapeRow;
  readonly isSelected: boolean;
  readonly onSelect: (row: EventTapeRow, isByPointer: boolean) => void;
}

const PLACED = 'absolute inset-x-0 top-0';
const EVENT_LOOK =
  'grid cursor-pointer grid-cols-[auto_1fr_auto] gap-x-4 border-b border-l-4 border-b-line py-1 pr-4 pl-3 font-mono text-xs leading-5 @xl:grid-cols-[5.5rem_3.5rem_4rem_minmax(0,1fr)]';
const SELECTED_LOOK =
  'border-l-sse bg-sunken group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-sse';

/** One row. Those that are no events can be read, but not selected. */
export const FeedTapeRow = memo(function FeedTapeRow(props: FeedTapeRowProps) {
  const { ref, id, index, total, topPx, row, isSelected, onSelect } = props;
  const common = {
    ref,
    id,
    'data-index': index,
    'aria-setsize': total,
    'aria-posinset': index + 1,
    // Moved, not laid out anew: where rows come above it, nothing that is read jumps but by what has come.
    style: { transform: `translateY(${topPx}px)` },
  };
  if (row.kind !== 'event') {
    return (
      <div
        {...common}
        role="option"
        aria-selected={false}
        aria-disabled
        tabIndex={-1}
        data-kind={row.kind}
        className={PLACED}
      >
        <Words row={row} />
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's, which has the focus.
    <div
      {...common}
      role="option"
      aria-selected={isSelected}
      tabIndex={-1}
      data-kind="event"
      data-seq={row.event.seq ?? undefined}
      data-stored={row.event.isStored}
      onClick={() => onSelect(row, true)}
      className={`${PLACED} ${EVENT_LOOK} ${isSelected ? SELECTED_LOOK : 'border-l-transparent hover:bg-sunken'}`}
    >
      <EventCells row={row} />
    </div>
  );
});

function EventCells({ row: { event, latencyMs } }: { readonly row: EventTapeRow }) {
  return (
    <>
      <span className="text-ink-muted">{formatTimeOfDay(cameAtMs(event))}</span>
      <span className="@xl:text-right">{event.seq === null ? '–' : `#${event.seq}`}</span>
      <span className="text-right text-ink-muted">{latencyOf(event.isStored === true, latencyMs)}</span>
      <span className="col-span-3 truncate @xl:col-span-1" title={visible(event.data)}>
        {valueWords(event)}
      </span>
    </>
  );
}

function latencyOf(isStored: boolean, latencyMs: number | null): string {
  if (isStored) return 'stored';
  return latencyMs === null ? '–' : formatMs(latencyMs);
}

function valueWords({ data, record }: EventTapeRow['event']): string {
  if (record?.value.form === 'tombstone') return '(no value: a tombstone)';
  return data === '' ? '(empty value)' : visible(data);
}

function Words({ row }: { readonly row: Exclude<TapeRow, EventTapeRow> }) {
  switch (row.kind) {
    case 'gap':
      return (
        <div className="flex flex-wrap gap-x-4 border-b border-l-4 border-b-line border-l-loss bg-sunken py-1.5 pr-4 pl-3 text-xs leading-5 font-medium text-loss">
          <span className="font-mono">{formatTimeOfDay(row.atMs)}</span>
          <span className="min-w-0">{gapWords(row.reason, row.resumesAt)}</span>
        </div>
      );
    case 'resumed':
      return (
        <Divider>
          Resumed after {formatOutage(row.outageMs)} · {formatTimeOfDay(row.atMs)}
        </Divider>
      );
    case 'start':
      return <Divider>Watching began · {formatTimeOfDay(row.atMs)}</Divider>;
  }
}

function Divider({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex items-center gap-3 px-4 py-1.5 text-xs text-ink-muted">
      <span className="h-px flex-1 bg-line-strong" />
      {children}
      <span className="h-px flex-1 bg-line-strong" />
    </div>
  );
}
