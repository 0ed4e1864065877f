/** As much of a fetched batch as is needed. */
export interface BatchOrigin {
  readonly lastOffset: number;
  /** Its one record is a marker, which is for nobody. */
  readonly isControl: boolean;
  readonly inTransaction: boolean;
  readonly producerId: string;
  readonly records: readonly { readonly key: Buffer | null }[];
}

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Version 0, type 0 (KIP-98). */
const ABORT_MARKER = Buffer.from([0, 0, 0, 0]);

/**
 * The batches whose records are given: without markers, and without those of aborted transactions.
 *
 * The broker names the transactions in the order of their abort markers, and each may have begun before the first
 * record of the fetch. kafkajs 2.2.4 takes them for sorted by their beginnings, one for each record: of transactions
 * that ran at the same time it lets aborted records through. This is the way of Kafka's own consumer.
 */
export function givenBatches<T extends BatchOrigin>(
  batches: readonly T[],
  aborted: readonly AbortedTransaction[],
): readonly T[] {
  const ahead = aborted
    .map(({ producerId, firstOffset }) => ({ producerId, first: Number(firstOffset) }))
    .sort((a, b) => b.first - a.first);
  const open = new Set<string>();
  return batches.filter(({ lastOffset, isControl, inTransaction, producerId, records }) => {
    for (let next = ahead.at(-1); next !== undefined && next.first <= lastOffset; next = ahead.at(-1)) {
      open.add(next.producerId);
      ahead.pop();
    }
    if (isControl && records[0]?.key?.equals(ABORT_MARKER)) open.delete(producerId);
    return !isControl && !(inTransaction && open.has(producerId));
  });
}
