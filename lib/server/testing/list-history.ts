import { deferred } from '../deferred.ts';
import type {
  HistoryPage,
  HistoryRequest,
  LogRecord,
  RecordHistory,
  RecordId,
  TopicBounds,
} from '../record-log/port.ts';

const PAGE_RECORDS = 2;

/** The past of one topic as plain lists, for tests of what reads it; pages are small. */
export class ListHistory implements RecordHistory {
  readonly #partitions = new Map<number, LogRecord[]>();
  readonly #ends = new Map<number, number>();
  readonly #recordId: RecordId;
  #oldest = 0;
  #holding: Promise<void> | undefined;
  /** Of the topic that the lists are of. */
  epoch = 'first';
  /** Pages that were asked for. */
  pages = 0;

  constructor(recordId: RecordId = ({ key }) => key ?? 'absent') {
    this.#recordId = recordId;
  }

  add(partition: number, ...records: readonly LogRecord[]): void {
    this.#partitions.set(partition, [...this.#of(partition), ...records]);
    const last = records.at(-1);
    if (last !== undefined) this.setEnd(partition, last.offset + 1);
  }

  /** Where the partition ends; offsets behind its last record are absent. */
  setEnd(partition: number, end: number): void {
    this.#ends.set(partition, end);
  }

  /** As retention does, in every partition. */
  deleteBelow(offset: number): void {
    this.#oldest = offset;
  }

  /** As creating a topic again does. */
  recreate(epoch: string): void {
    this.#partitions.clear();
    this.#ends.clear();
    this.epoch = epoch;
  }

  /** As a broker does that has lost the end of its log. */
  cutOff(partition: number, end: number): void {
    this.#partitions.set(
      partition,
      this.#of(partition).filter(({ offset }) => offset < end),
    );
    this.setEnd(partition, end);
  }

  async readHistory({ epoch, partition, idBytes, from, to, signal }: HistoryRequest): Promise<HistoryPage> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.pages += 1;
    if (epoch !== this.epoch || from > (this.#ends.get(partition) ?? 0)) {
      await new Promise((resolve) => setImmediate(resolve));
      return { records: [], next: from };
    }
    if (from < this.#oldest) return { records: [], next: Math.min(to, this.#oldest), isGone: true };
    const wanted = this.#of(partition).filter(({ offset }) => offset >= from && offset < to);
    const ours = wanted.filter((record) => {
      const id = this.#recordId(record);
      return typeof id !== 'string' && id.toString('latin1') === idBytes;
    });
    const records = ours.slice(0, PAGE_RECORDS);
    const last = records.at(-1);
    return { records, next: ours.length > PAGE_RECORDS && last !== undefined ? last.offset + 1 : to };
  }

  /** As a broker that is away: no question for the bounds is answered until what is given back is called. */
  hold(): () => void {
    const { promise, resolve } = deferred<void>();
    this.#holding = promise;
    return resolve;
  }

  async bounds(): Promise<TopicBounds> {
    await this.#holding;
    const bounds = [...this.#ends].map(([partition, end]) => [partition, { oldest: this.#oldest, end }] as const);
    return { epoch: this.epoch, partitions: new Map(bounds) };
  }

  #of(partition: number): readonly LogRecord[] {
    return this.#partitions.get(partition) ?? [];
  }
}
