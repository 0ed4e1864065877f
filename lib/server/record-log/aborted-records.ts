/** As much of a fetched record as is needed; kafkajs's own shape. */
export interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  /** Set for markers, which kafkajs hands to nobody; set here for aborted records too. */
  isControlRecord?: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Version 0, type 0 (KIP-98). */
const ABORT_MARKER = Buffer.from([0, 0, 0, 0]);

/**
 * Marks the records of aborted transactions as what nobody is given. They stay in the list: the offset behind them is
 * how far was read.
 *
 * The broker names the transactions in the order of their abort markers, and each may have begun before the first
 * record of the fetch. kafkajs 2.2.4 takes them for sorted by their beginnings, one for each record: of transactions
 * that ran at the same time it lets aborted records through. This is the way of Kafka's own consumer.
 */
export function markAborted(messages: readonly FetchedMessage[], aborted: readonly AbortedTransaction[]): void {
  const ahead = aborted
    .map(({ producerId, firstOffset }) => ({ producerId, first: Number(firstOffset) }))
    .sort((a, b) => b.first - a.first);
  const open = new Set<string>();
  for (const message of messages) {
    const offset = Number(message.offset);
    for (let next = ahead.at(-1); next !== undefined && next.first <= offset; next = ahead.at(-1)) {
      open.add(next.producerId);
      ahead.pop();
    }
    const { producerId, inTransaction } = message.batchContext ?? { producerId: '', inTransaction: false };
    if (message.isControlRecord) {
      if (message.key?.equals(ABORT_MARKER)) open.delete(producerId);
    } else if (inTransaction && open.has(producerId)) {
      message.isControlRecord = true;
    }
  }
}
