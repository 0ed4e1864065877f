import type { Connection } from './connection.ts';

/**
 * What was given to the sockets for some answers, headers and framing included. Node counts it already, so it is only
 * looked up: of those that are open when somebody asks, and of each other one when it was over.
 */
export class SentBytes {
  readonly #open = new Set<Connection>();
  #closedBytes = 0;

  get total(): number {
    let bytes = this.#closedBytes;
    for (const connection of this.#open) bytes += connection.bytes;
    return bytes;
  }

  /** For as long as its answer lasts. */
  watch(connection: Connection | undefined): void {
    if (connection === undefined) return;
    this.#open.add(connection);
    connection.onClose(() => {
      this.#open.delete(connection);
      this.#closedBytes += connection.bytes;
    });
  }
}
