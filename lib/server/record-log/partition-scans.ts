import type { FetchedRecords } from './page-builder.ts';
import { PartitionScan } from './partition-scan.ts';
import type { HistoryPage, HistoryRequest, HistoryStats, RecordId } from './port.ts';

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
  readonly recordIdIn: (topic: string) => RecordId;
  readonly now?: () => number;
}

/**
 * Reading history for many at once: one scan for each partition, however many readers ask, each for its own ID and
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
    const { fetch, verify, pageBytes, recordIdIn, now = Date.now } = this.#options;
    const scan = new PartitionScan({
      pageBytes,
      recordId: recordIdIn(topic),
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
