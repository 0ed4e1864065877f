import type { GapReason, GapResume } from '#lib/protocol/constants.ts';
import type { RecordEvent, RecordFacts } from './client-event.ts';
import type { StageTimes } from './stages.ts';

/** Rows kept; older ones fall off the end. */
export const TAPE_MAX = 500;
/** Characters of a value kept in a row, so that the tape's memory is bounded also where values are large. */
export const TAPE_VALUE_MAX_CHARS = 2000;
/** The same for headers: so many of them, and so much of each. */
const TAPE_HEADERS_MAX = 32;
const TAPE_HEADER_MAX_CHARS = 200;

/** What happened on a feed, in the order in which this page came to know it. `key` is unique on one tape. */
export type TapeRow =
  | {
      readonly kind: 'event';
      readonly key: number;
      readonly event: RecordEvent;
      readonly latencyMs: number | null;
      /** null where its ways are not known one by one. */
      readonly stages: StageTimes | null;
    }
  | {
      readonly kind: 'gap';
      readonly key: number;
      readonly atMs: number;
      readonly reason: GapReason | null;
      readonly resumesAt: GapResume | null;
    }
  | { readonly kind: 'resumed'; readonly key: number; readonly atMs: number; readonly outageMs: number }
  | { readonly kind: 'start'; readonly key: number; readonly atMs: number };

/** One event of the feed. */
export type EventTapeRow = Extract<TapeRow, { kind: 'event' }>;

/** A row before it has its key. */
export type NewTapeRow = { [Kind in TapeRow['kind']]: Omit<Extract<TapeRow, { kind: Kind }>, 'key'> }[TapeRow['kind']];

/** A bounded list, newest first. `rows()` is the same array until something is added. */
export class Tape {
  #rows: readonly TapeRow[] = [];
  #added: TapeRow[] = [];
  #nextKey = 0;

  add(row: NewTapeRow): void {
    const kept = row.kind === 'event' ? { ...row, event: shortened(row.event) } : row;
    this.#added.push({ ...kept, key: this.#nextKey });
    this.#nextKey += 1;
    if (this.#added.length > TAPE_MAX) this.#added.shift();
  }

  /** An event of before this page began to watch stands below the row that says when it began. */
  addStored(event: RecordEvent): void {
    const isStartOnTop = this.#added.length === 0 && this.#rows[0]?.kind === 'start';
    // Taken up again, so that it can be put on top of what is added now.
    if (isStartOnTop) {
      this.#added = this.#rows.slice(0, 1);
      this.#rows = this.#rows.slice(1);
    }
    const start = this.#added.findLastIndex(({ kind }) => kind === 'start');
    const began = start === -1 ? [] : this.#added.splice(start);
    this.add({ kind: 'event', event, latencyMs: null, stages: null });
    this.#added.push(...began);
  }

  rows(): readonly TapeRow[] {
    if (this.#added.length > 0) {
      this.#rows = [...this.#added.reverse(), ...this.#rows].slice(0, TAPE_MAX);
      this.#added = [];
    }
    return this.#rows;
  }
}

/** Of one that was stored before, when it was produced says more than when it was asked for. */
export function cameAtMs({ isStored, producedAtMs, arrivedAtMs }: RecordEvent): number {
  return isStored ? (producedAtMs ?? arrivedAtMs) : arrivedAtMs;
}

/** Whether the tape kept no more than the beginning of its value. */
export function isShortened({ data, record }: RecordEvent): boolean {
  if (record?.value.form === 'binary') return record.value.base64.length < base64Chars(record.value.bytes);
  return data.length === TAPE_VALUE_MAX_CHARS + 1 && data.endsWith('…');
}

function base64Chars(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

function shortened(event: RecordEvent): RecordEvent {
  const { record, data } = event;
  return { ...event, data: cutAt(data, TAPE_VALUE_MAX_CHARS), ...(record && { record: shortenedFacts(record) }) };
}

function shortenedFacts(record: RecordFacts): RecordFacts {
  const { value } = record;
  const headers = Object.entries(record.headers)
    .slice(0, TAPE_HEADERS_MAX)
    .map(([name, given]) => [name, cutAt(String(given), TAPE_HEADER_MAX_CHARS)]);
  return {
    ...record,
    headers: Object.fromEntries(headers),
    value: value.form === 'binary' ? { ...value, base64: value.base64.slice(0, TAPE_VALUE_MAX_CHARS) } : value,
  };
}

function cutAt(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars)}…`;
}
