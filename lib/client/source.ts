import type { ConnectionFault } from '#lib/protocol/connection-fault.ts';
import type { ClientEvent } from './client-event.ts';
import type { Connection } from './connection-state.ts';
import type { Traffic } from './traffic-meter.ts';

/**
 * Gets the events of one feed. It keeps its cursor through every cut, and reconnects by itself until the feed ends,
 * it is stopped, or the server says that it never may.
 */
export interface Source {
  /** Connects; after `stop` again with the cursor it had. A second call does nothing. */
  start(): void;
  /** Disconnects and ends every timer and listener. */
  stop(): void;
  /** Tries at once instead of at `retryAtMs`; also leaves `closed`, unless the feed has ended. */
  retryNow(): void;
  /** Each event as it comes, in the handler that received it; returns its undo. */
  subscribe(listener: (event: ClientEvent) => void): () => void;
  /** Demo only: from now on its connections carry these; the one that is there is given up for one that does. */
  setFaults(faults: readonly ConnectionFault[]): void;
  connection(): Connection;
  /** What it has cost so far. */
  traffic(): Traffic;
  /** Runs work that is done for this source, so that its time is counted. */
  work(run: () => void): void;
}
