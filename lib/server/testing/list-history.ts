import type { HistoryPage, HistoryRequest, LogRecord, PartitionBounds, RecordHistory } from '../record-log/port.ts';

const PAGE_RECORDS = 2;

/** The past of one topic as plain lists, for tests of what reads it; pages are small. */
export class ListHistory implements RecordHistory {
  readonly #partitions = new Map<number, LogRecord[]>();
  #oldest = 0;
  /** Pages that were asked for. */
  pages = 0;

  add(partition: number, ...records: readonly LogRecord[]): void {
    this.#partitions.set(partition, [...this.#of(partition), ...records]);
  }

  /** As retention does, in every partition. */
  deleteBelow(offset: number): void {
    this.#oldest = offset;
  }

  /** As deleting a topic does. */
  clear(): void {
    this.#partitions.clear();
  }

  async readHistory({ partition, key, from, to, signal }: HistoryRequest): Promise<HistoryPage> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.pages += 1;
    if (from < this.#oldest) return { records: [], next: Math.min(to, this.#oldest), oldest: this.#oldest };
    const wanted = this.#of(partition).filter(({ offset }) => offset >= from && offset < to);
    const ours = wanted.filter((record) => record.key?.toString('latin1') === key);
    const records = ours.slice(0, PAGE_RECORDS);
    const last = records.at(-1);
    return { records, next: ours.length > PAGE_RECORDS && last !== undefined ? last.offset + 1 : to };
  }

  async bounds(_topic: string, partition: number): Promise<PartitionBounds> {
    const last = this.#of(partition).at(-1);
    return { oldest: this.#oldest, end: last === undefined ? this.#oldest : last.offset + 1 };
  }

  #of(partition: number): readonly LogRecord[] {
    return this.#partitions.get(partition) ?? [];
  }
}
