import type { ClientEvent } from './client-event.ts';
import {
  type Connection,
  type ConnectionEvent,
  initialConnection,
  isNews,
  nextConnection,
} from './connection-state.ts';

/** What every source has, whatever its transport: listeners, and a connection that follows the state machine. */
export class SourceCore {
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  #connection: Connection;

  constructor(nowMs: number) {
    this.#connection = initialConnection(nowMs);
  }

  get connection(): Connection {
    return this.#connection;
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  move(event: ConnectionEvent): void {
    const before = this.#connection;
    this.#connection = nextConnection(before, event);
    if (isNews(before, this.#connection)) this.emit({ kind: 'connection', connection: this.#connection });
  }
}
