/** Lanes remembered; the one that was used least recently is forgotten first. */
const LANES_MAX = 1_000;

/** Whose bytes a lane counts. */
export interface CountedConnection {
  /** Bytes sent so far, headers and framing included. */
  readonly bytes: number;
  onClose(listener: () => void): void;
}

/** What one lane of a comparison has cost this server. */
export class LaneAccount {
  /** Main-thread time spent on it, ms. */
  busyMs = 0;
  #closedBytes = 0;
  readonly #open = new Set<CountedConnection>();

  /** Bytes sent to all its connections so far. */
  get bytes(): number {
    let bytes = this.#closedBytes;
    for (const connection of this.#open) bytes += connection.bytes;
    return bytes;
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  add(connection: CountedConnection): void {
    this.#open.add(connection);
    connection.onClose(() => {
      if (this.#open.delete(connection)) this.#closedBytes += connection.bytes;
    });
  }
}

/** The lanes that clients have named with `?lane=`: a bounded number, kept in order of their last use. */
export class LaneLedger {
  readonly #accounts = new Map<string, LaneAccount>();

  account(lane: string): LaneAccount {
    const account = this.#accounts.get(lane) ?? new LaneAccount();
    this.#accounts.delete(lane);
    this.#accounts.set(lane, account);
    const [oldest] = this.#accounts.keys();
    if (this.#accounts.size > LANES_MAX && oldest !== undefined) this.#accounts.delete(oldest);
    return account;
  }
}
