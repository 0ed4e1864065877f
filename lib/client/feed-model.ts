import type { ClientEvent, RecordEvent } from './client-event.ts';
import { type Connection, initialConnection } from './connection-state.ts';
import { FeedStats } from './stats.ts';
import { Tape } from './tape.ts';

/** All that a page knows of one feed, built from what its source tells. Pure: times come with the events. */
export class FeedModel {
  readonly stats = new FeedStats();
  readonly tape = new Tape();
  connection: Connection = initialConnection(0);
  last: RecordEvent | null = null;
  records = 0;

  apply(event: ClientEvent): void {
    switch (event.kind) {
      case 'record': {
        const latencyMs = this.stats.addRecord(event);
        this.tape.add({ kind: 'event', event, latencyMs });
        this.last = event;
        this.records += 1;
        return;
      }
      case 'gap':
        this.tape.add({ kind: 'gap', atMs: event.arrivedAtMs, reason: event.reason, resumesAt: event.resumesAt });
        return;
      case 'clock':
        this.stats.addClock(event.serverTimeMs, event.requestedAtMs, event.arrivedAtMs);
        return;
      case 'connection':
        this.#noteConnection(this.connection, event.connection);
        this.connection = event.connection;
        return;
    }
  }

  #noteConnection(before: Connection, after: Connection): void {
    if (after.state !== 'live' || before.state === 'live') return;
    const atMs = after.lastHeardAtMs;
    if (before.state === 'connecting') this.tape.add({ kind: 'start', atMs });
    if (before.state === 'reconnecting' && before.lostAtMs !== null) {
      this.tape.add({ kind: 'resumed', atMs, outageMs: atMs - before.lostAtMs });
    }
  }
}
