import { memo } from 'react';
import type { RecordEvent } from '#lib/client/client-event.ts';
import { formatMs, formatSeconds, formatTimeOfDay } from '#lib/client/format.ts';
import type { TapeRow } from '#lib/client/tape.ts';
import { gapWords } from '#lib/client/words.ts';

/** A row never changes once it is there, so it is rendered once. */
export const FeedTapeRow = memo(function FeedTapeRow({ row }: { readonly row: TapeRow }) {
  switch (row.kind) {
    case 'event':
      return <EventRow row={row} />;
    case 'gap':
      return <GapRow row={row} />;
    case 'resumed':
      return <Divider kind="resumed" words={`Resumed after ${formatSeconds(row.outageMs)}`} atMs={row.atMs} />;
    case 'start':
      return <Divider kind="start" words="Watching began" atMs={row.atMs} />;
  }
});

function EventRow({ row: { event, latencyMs } }: { readonly row: Extract<TapeRow, { kind: 'event' }> }) {
  return (
    <li
      data-kind="event"
      data-seq={event.seq ?? undefined}
      data-stored={event.isStored}
      className="px-4 grid grid-cols-[auto_1fr_auto] gap-x-4 border-b border-line py-1 font-mono text-xs leading-5 @2xl:grid-cols-[6.5rem_4rem_4.5rem_minmax(0,1fr)]"
    >
      <span className="text-ink-muted">{formatTimeOfDay(cameAtMs(event))}</span>
      <span className="@2xl:text-right">{event.seq === null ? '–' : `#${event.seq}`}</span>
      <span className="text-right text-ink-muted">{latencyOf(event, latencyMs)}</span>
      <span className="col-span-3 truncate @2xl:col-span-1" title={event.data}>
        {event.data === '' ? '(empty value)' : event.data}
      </span>
    </li>
  );
}

/** Of one that was stored before, when it was produced says more than when it was asked for. */
function cameAtMs({ isStored, producedAtMs, arrivedAtMs }: RecordEvent): number {
  return isStored ? (producedAtMs ?? arrivedAtMs) : arrivedAtMs;
}

function latencyOf({ isStored }: RecordEvent, latencyMs: number | null): string {
  if (isStored) return 'stored';
  return latencyMs === null ? '–' : formatMs(latencyMs);
}

function GapRow({ row: { atMs, reason, resumesAt } }: { readonly row: Extract<TapeRow, { kind: 'gap' }> }) {
  return (
    <li
      data-kind="gap"
      className="flex flex-wrap gap-x-4 border-b border-l-4 border-b-line border-l-loss bg-sunken py-1.5 pr-4 pl-3 text-xs leading-5 font-medium text-loss"
    >
      <span className="font-mono">{formatTimeOfDay(atMs)}</span>
      <span className="min-w-0">{gapWords(reason, resumesAt)}</span>
    </li>
  );
}

interface DividerProps {
  readonly kind: 'start' | 'resumed';
  readonly words: string;
  readonly atMs: number;
}

function Divider({ kind, words, atMs }: DividerProps) {
  return (
    <li data-kind={kind} className="flex items-center gap-3 px-4 py-1.5 text-xs text-ink-muted">
      <span className="h-px flex-1 bg-line-strong" />
      {words} · {formatTimeOfDay(atMs)}
      <span className="h-px flex-1 bg-line-strong" />
    </li>
  );
}
