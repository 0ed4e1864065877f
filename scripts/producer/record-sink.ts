import type { OrderChange } from '#scripts/producer/order-life.ts';

/** Where the producer's records go. */
export interface RecordSink {
  /**
   * Delivers records in order, each exactly once, however long the other side is away: it waits and tries again.
   *
   * @throws Error only for what waiting cannot heal (the server refuses the record)
   */
  send(changes: readonly OrderChange[]): Promise<void>;
  close(): Promise<void>;
}
