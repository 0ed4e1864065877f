import type { FeedEvent, GapEvent, RecordEvent } from './client-event.ts';
import { ConnectionHistory } from './connection-history.ts';
import { type Connection, initialConnection } from './connection-state.ts';
import { ResumeLog } from './resume-log.ts';
import { type HopOffsetsOf, noHopOffsets, type StageTimes, stagesOf } from './stages.ts';
import { FeedStats } from './stats.ts';
import { Tape } from './tape.ts';

/** All that a page knows of one feed, built from what its source tells. Pure: times come with the events. */
export class FeedModel {
  readonly stats: FeedStats;
  readonly tape = new Tape();
  readonly resumes: ResumeLog;
  readonly history = new ConnectionHistory();
  connection: Connection = initialConnection(0);
  last: RecordEvent | null = null;
  lastStages: StageTimes | null = null;
  lastGap: GapEvent | null = null;
  records = 0;
  readonly #hopsOf: HopOffsetsOf;

  /**
   * Clocks are asked whenever a latency is made.
   *
   * @param producerOffsetMs the page's clock minus the producer's
   * @param hopsOf what stands between the clocks on the way of an event
   */
  constructor(producerOffsetMs?: () => number, hopsOf: HopOffsetsOf = noHopOffsets) {
    this.#hopsOf = hopsOf;
    this.stats = new FeedStats(producerOffsetMs);
    this.resumes = new ResumeLog(producerOffsetMs);
  }

  apply(event: FeedEvent): void {
    this.resumes.apply(event);
    this.history.apply(event);
    switch (event.kind) {
      case 'record': {
        this.last = event;
        this.lastStages = this.#stagesOf(event);
        if (event.isStored) {
          this.stats.addStored(event);
          this.tape.addStored(event);
          return;
        }
        const latencyMs = this.stats.addRecord(event);
        this.tape.add({ kind: 'event', event, latencyMs, stages: this.lastStages });
        this.records += 1;
        return;
      }
      case 'gap':
        this.lastGap = event;
        this.tape.add({ kind: 'gap', atMs: event.arrivedAtMs, reason: event.reason, resumesAt: event.resumesAt });
        return;
      case 'baseline':
        this.stats.rebase();
        return;
      case 'connection':
        this.#noteConnection(this.connection, event.connection);
        this.connection = event.connection;
        return;
    }
  }

  /** Of what was stored before nobody waited for it, so its ways tell nothing. */
  #stagesOf(event: RecordEvent): StageTimes | null {
    return event.isStored || event.record === undefined ? null : stagesOf(event, this.#hopsOf(event.record.pod));
  }

  #noteConnection(before: Connection, after: Connection): void {
    const isRestOver = before.closeReason === 'hidden' || before.closeReason === 'stopped';
    if (isRestOver && after.state !== 'closed') this.stats.endRest(after.sinceMs);
    if (after.state !== 'live' || before.state === 'live') return;
    const atMs = after.lastHeardAtMs;
    if (before.state === 'connecting') this.tape.add({ kind: 'start', atMs });
    if (before.state === 'reconnecting' && before.lostAtMs !== null) {
      this.tape.add({ kind: 'resumed', atMs, outageMs: atMs - before.lostAtMs });
    }
  }
}
