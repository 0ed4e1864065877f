import type { FeedEvent } from './client-event.ts';
import type { Connection, ConnectionState } from './connection-state.ts';

/** Seconds that are told. */
export const HISTORY_S = 90;
/** Changes of state kept: a connection that flaps more often than this forgets the oldest of them. */
const SPANS_MAX = 4 * HISTORY_S;

/** In one second the one that comes last here is told: what is over after a moment would else not be seen. */
const SEVERITY: readonly ConnectionState[] = ['live', 'connecting', 'stale', 'closed', 'reconnecting'];

/** One second of a connection. */
export interface HistoryBlock {
  /** null: nobody was watching yet. */
  readonly state: ConnectionState | null;
  /** Events that came, without those that were stored before. */
  readonly events: number;
}

interface Span {
  readonly state: ConnectionState;
  readonly fromMs: number;
}

/** What a connection was in each second of the last time, and what came. Pure: times come with the events. */
export class ConnectionHistory {
  #spans: Span[] = [];
  readonly #events = new Map<number, number>();

  apply(event: FeedEvent): void {
    if (event.kind === 'connection') this.#enter(event.connection);
    if (event.kind === 'record' && !event.isStored) this.#count(Math.floor(event.arrivedAtMs / 1000));
  }

  /** The whole seconds before `nowMs`, and the one that it is in, oldest first. */
  blocks(nowMs: number): readonly HistoryBlock[] {
    const newestS = Math.floor(nowMs / 1000);
    return Array.from({ length: HISTORY_S }, (_, index) => {
      const atS = newestS - HISTORY_S + 1 + index;
      return { state: this.#stateIn(atS), events: this.#events.get(atS) ?? 0 };
    });
  }

  #enter({ state, sinceMs, lostAtMs }: Connection): void {
    const last = this.#spans.at(-1);
    if (last?.state === state) return;
    // A cut that was planned is shown as lost only once it lasts; but from then on it is told from its beginning.
    const fromMs = state === 'reconnecting' ? (lostAtMs ?? sinceMs) : sinceMs;
    this.#spans.push({ state, fromMs: Math.max(fromMs, last?.fromMs ?? fromMs) });
    if (this.#spans.length > SPANS_MAX) this.#spans.shift();
  }

  #count(atS: number): void {
    this.#events.set(atS, (this.#events.get(atS) ?? 0) + 1);
    const [oldestS] = this.#events.keys();
    if (this.#events.size > HISTORY_S && oldestS !== undefined) this.#events.delete(oldestS);
  }

  #stateIn(atS: number): ConnectionState | null {
    const [fromMs, toMs] = [atS * 1000, (atS + 1) * 1000];
    const states = this.#spans
      .filter((span, index) => span.fromMs < toMs && (this.#spans[index + 1]?.fromMs ?? toMs) > fromMs)
      .map(({ state }) => state);
    return states.toSorted((a, b) => SEVERITY.indexOf(b) - SEVERITY.indexOf(a))[0] ?? null;
  }
}
