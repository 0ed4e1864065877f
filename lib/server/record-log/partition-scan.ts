import { type Asker, type FetchedRecords, PageBuilder, type Piece } from './page-builder.ts';
import type { HistoryPage, HistoryRequest, RecordId } from './port.ts';

/** How long a scan waits for readers that got a page to ask for the next, ms; who is slower waits for another pass. */
const RETURN_MS = 25;

interface PartitionScanOptions {
  readonly pageBytes: number;
  readonly recordId: RecordId;
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
export class PartitionScan {
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
    const byId = new Map<string, PageBuilder[]>();
    const pages = here.map((asker) => {
      const page = new PageBuilder(asker, piece, this.#options.pageBytes);
      const { idBytes } = asker.request;
      const ofId = byId.get(idBytes);
      if (ofId === undefined) byId.set(idBytes, [page]);
      else ofId.push(page);
      return page;
    });
    for (const record of piece.records) {
      const id = this.#options.recordId(record);
      if (typeof id === 'string') continue;
      for (const page of byId.get(id.toString('latin1')) ?? []) page.offer(record);
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
