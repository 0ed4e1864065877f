import type { HistoryPage, HistoryRequest, HistoryStats, LogRecord } from './port.ts';

/** Some records of a partition, of all keys, in order. */
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

/** Reads a piece of a partition, whatever outages that takes; rejects once `signal` has ended. */
export type FetchRecords = (
  place: { readonly topic: string; readonly partition: number; readonly offset: number },
  signal: AbortSignal,
) => Promise<FetchedRecords>;

/** Whether the topic still is the one of this epoch, asked after this call; rejects once `signal` has ended. */
export type VerifyEpoch = (topic: string, epoch: string, signal: AbortSignal) => Promise<boolean>;

export interface PartitionScansOptions {
  readonly fetch: FetchRecords;
  /** Asked before anything is handed over, since a topic can be created again at any moment. Default: it never is. */
  readonly verify?: VerifyEpoch;
  /** Most partitions that are scanned at once. */
  readonly scansMax: number;
  /** A page is full at this size; the record that reaches it is still in it. */
  readonly pageBytes: number;
  readonly now?: () => number;
}

/** Beside its value, about. */
const RECORD_OVERHEAD_BYTES = 100;
/** Who has found nothing for this long is told how far the scan has come, ms: so its client's cursor moves on. */
const PROGRESS_MS = 500;
/** How long a scan waits for readers that got a page to ask for the next, ms; who is slower waits for another pass. */
const RETURN_MS = 25;

/**
 * Reading history for many at once: one scan for each partition, however many readers ask, each for its own key and
 * from its own place; and few scans at the same time.
 */
export class PartitionScans {
  readonly #options: PartitionScansOptions;
  readonly #scans = new Map<string, PartitionScan>();
  /** Scans that wait for one of the others to end. */
  readonly #queue: PartitionScan[] = [];
  #running = 0;
  #scannedRecords = 0;

  constructor(options: PartitionScansOptions) {
    this.#options = options;
  }

  stats(): HistoryStats {
    return { scans: this.#running, scannedRecords: this.#scannedRecords };
  }

  /** The next page of one reader. @throws the reason of the request's signal */
  async readHistory(request: HistoryRequest): Promise<HistoryPage> {
    request.signal.throwIfAborted();
    const name = `${request.topic}/${request.epoch}/${request.partition}`;
    const scan = this.#scans.get(name) ?? this.#create(name, request);
    const page = scan.ask(request);
    this.#startNext();
    return page;
  }

  #create(name: string, { topic, epoch, partition }: HistoryRequest): PartitionScan {
    const { fetch, verify, pageBytes, now = Date.now } = this.#options;
    const scan = new PartitionScan({
      pageBytes,
      now,
      verify: async (signal) => verify === undefined || verify(topic, epoch, signal),
      fetch: async (offset, signal) => {
        const fetched = await fetch({ topic, partition, offset }, signal);
        this.#scannedRecords += fetched.records.length;
        return fetched;
      },
      onIdle: () => {
        this.#scans.delete(name);
        this.#running -= 1;
        this.#startNext();
      },
    });
    this.#scans.set(name, scan);
    this.#queue.push(scan);
    return scan;
  }

  #startNext(): void {
    while (this.#running < this.#options.scansMax) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#running += 1;
      void next.run();
    }
  }
}

/** One reader that waits for a page. */
interface Asker {
  readonly request: HistoryRequest;
  readonly askedAtMs: number;
  /** Nothing of its key lies between the request's `from` and this. */
  position: number;
  readonly resolve: (page: HistoryPage) => void;
  readonly reject: (reason: unknown) => void;
}

/** What the scan stands at: a reader whose page was full asks for the rest of it. */
interface Piece extends FetchedRecords {
  readonly from: number;
}

interface PartitionScanOptions {
  readonly pageBytes: number;
  readonly now: () => number;
  readonly fetch: (offset: number, signal: AbortSignal) => Promise<FetchedRecords>;
  readonly verify: (signal: AbortSignal) => Promise<boolean>;
  /** Called once, when nobody asks any more: what is asked later is for another scan. */
  readonly onIdle: () => void;
}

/**
 * The scan of one partition. It moves up and serves whoever waits at its place or above. Who asks for what lies
 * below, being late or slow, waits for the next pass, which begins at the lowest place that anyone waits at.
 */
class PartitionScan {
  readonly #options: PartitionScanOptions;
  readonly #askers = new Set<Asker>();
  #fetching = new AbortController();
  #piece: Piece | null = null;
  /** Where this pass ends at the latest, so that those who wait below have their turn. */
  #passEnd = 0;
  /** Readers that were given something and will ask for more. */
  #owing = 0;
  #onAsked: () => void = () => undefined;

  constructor(options: PartitionScanOptions) {
    this.#options = options;
  }

  ask(request: HistoryRequest): Promise<HistoryPage> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T): void => {
          this.#askers.delete(asker);
          signal.removeEventListener('abort', leave);
          settle(value);
        };
      };
      const asker: Asker = {
        request,
        askedAtMs: this.#options.now(),
        position: request.from,
        resolve: settled(resolve),
        reject: settled(reject),
      };
      const leave = (): void => {
        asker.reject(signal.reason);
        // Nobody is left to read for, perhaps while the broker is away.
        if (this.#askers.size === 0) this.#fetching.abort();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#askers.add(asker);
      this.#owing -= 1;
      if (this.#owing <= 0) this.#onAsked();
    });
  }

  /** Runs until nobody asks any more. */
  async run(): Promise<void> {
    while (this.#askers.size > 0) {
      // The ones before may have left all at once.
      if (this.#fetching.signal.aborted) this.#fetching = new AbortController();
      try {
        await this.#serve(await this.#nextPiece());
      } catch (error) {
        if (!this.#fetching.signal.aborted) for (const asker of this.#askers) asker.reject(error);
      }
      // Live delivery goes first: between any two pieces it has its turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#owing > 0) await this.#untilAsked();
    }
    this.#options.onIdle();
  }

  async #nextPiece(): Promise<Piece> {
    const from = this.#nextPlace();
    const here = this.#piece;
    if (here !== null && here.from <= from && from < here.next) return here;
    this.#piece = { from, ...(await this.#options.fetch(from, this.#fetching.signal)) };
    return this.#piece;
  }

  /** The lowest place that is waited for in this pass; where there is none, the lowest of all begins another pass. */
  #nextPlace(): number {
    const reached = this.#piece?.from ?? 0;
    let ahead = Number.POSITIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    let end = 0;
    for (const { position, request } of this.#askers) {
      lowest = Math.min(lowest, position);
      end = Math.max(end, request.to);
      if (position >= reached && position < this.#passEnd) ahead = Math.min(ahead, position);
    }
    if (ahead !== Number.POSITIVE_INFINITY) return ahead;
    this.#passEnd = end;
    return lowest;
  }

  async #serve(piece: Piece): Promise<void> {
    const pages = this.#fill(piece);
    const nowMs = this.#options.now();
    const told = pages.filter((page) => page.isWorthTelling(nowMs));
    const isOurs = told.length === 0 || (await this.#options.verify(this.#fetching.signal));
    this.#owing = told.filter((page) => page.tell(isOurs)).length;
  }

  /** What everyone who waits within the piece gets of it. */
  #fill(piece: Piece): PageBuilder[] {
    const isBehind = (position: number): boolean => position < piece.next || piece.next === piece.from;
    const here = [...this.#askers].filter(({ position }) => piece.from <= position && isBehind(position));
    const byKey = new Map<string, PageBuilder[]>();
    const pages = here.map((asker) => {
      const page = new PageBuilder(asker, piece, this.#options.pageBytes);
      const { key } = asker.request;
      const ofKey = byKey.get(key);
      if (ofKey === undefined) byKey.set(key, [page]);
      else ofKey.push(page);
      return page;
    });
    for (const record of piece.records) {
      if (record.key === null) continue;
      for (const page of byKey.get(record.key.toString('latin1')) ?? []) page.offer(record);
    }
    return pages;
  }

  #untilAsked(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETURN_MS);
      this.#onAsked = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** What one reader gets of a piece. */
class PageBuilder {
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
