import type { HistoryPage, HistoryRequest, LogRecord } from './port.ts';

/** Some records of a partition, of all IDs, in order. */
export interface FetchedRecords {
  readonly records: readonly LogRecord[];
  /**
   * Everything from the asked offset up to this one is in `records`, or is not there. Equal to the asked one where
   * the log ends below it: it was cut off, and nothing can be told.
   */
  readonly next: number;
  /** The oldest offset kept, where that is above the one that was asked for; `records` begin there. */
  readonly oldest?: number;
}

/** One reader that waits for a page. */
export interface Asker {
  readonly request: HistoryRequest;
  readonly askedAtMs: number;
  /** Nothing of its ID lies between the request's `from` and this. */
  position: number;
  readonly resolve: (page: HistoryPage) => void;
  readonly reject: (reason: unknown) => void;
}

/** What the scan stands at: a reader whose page was full asks for the rest of it. */
export interface Piece extends FetchedRecords {
  readonly from: number;
}

/** Beside its value, about. */
const RECORD_OVERHEAD_BYTES = 100;
/** Who has found nothing for this long is told how far the scan has come, ms: so its client's cursor moves on. */
const PROGRESS_MS = 500;
/** What one reader gets of a piece. */
export class PageBuilder {
  readonly #asker: Asker;
  readonly #piece: Piece;
  readonly #limitBytes: number;
  readonly #records: LogRecord[] = [];
  #bytes = 0;

  constructor(asker: Asker, piece: Piece, limitBytes: number) {
    this.#asker = asker;
    this.#piece = piece;
    this.#limitBytes = limitBytes;
  }

  offer(record: LogRecord): void {
    const { position, request } = this.#asker;
    if (this.#isFull || record.offset < position || record.offset >= request.to) return;
    this.#records.push(record);
    this.#bytes += RECORD_OVERHEAD_BYTES + (record.value?.length ?? 0);
  }

  /** False lets its reader wait on, from behind this piece. */
  isWorthTelling(nowMs: number): boolean {
    const { request, askedAtMs, position } = this.#asker;
    const next = this.#next;
    const hasNews = this.#isGone || this.#records.length > 0 || next >= request.to || next <= position;
    if (hasNews || nowMs - askedAtMs >= PROGRESS_MS) return true;
    this.#asker.position = next;
    return false;
  }

  /** Hands the page over; an empty one that says nothing where it is not of the reader's epoch. @returns whether the
   * reader will ask for more */
  tell(isOurs: boolean): boolean {
    const { request, resolve } = this.#asker;
    const { oldest = 0 } = this.#piece;
    // Told by itself first: what follows it is another page.
    const page: HistoryPage = this.#isGone
      ? { records: [], next: Math.min(oldest, request.to), isGone: true }
      : { records: this.#records, next: this.#next };
    resolve(isOurs ? page : { records: [], next: request.from });
    return isOurs && page.next < request.to;
  }

  get #isFull(): boolean {
    return this.#bytes >= this.#limitBytes;
  }

  get #isGone(): boolean {
    return this.#asker.position < (this.#piece.oldest ?? 0);
  }

  get #next(): number {
    const last = this.#records.at(-1);
    const end = this.#isFull && last !== undefined ? last.offset + 1 : this.#piece.next;
    return Math.min(this.#asker.request.to, Math.max(end, this.#asker.position));
  }
}
