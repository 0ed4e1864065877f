import type { FeedEvent, GapEvent, RecordEvent } from './client-event.ts';
import { type Connection, CUT_GRACE_MS } from './connection-state.ts';
import { SeqTracker } from './seq-tracker.ts';

/** Resumes kept; older ones fall off the end. */
export const RESUMES_MAX = 50;

/**
 * Why there was no connection. `cut`: it was lost. `rotated`: the server ended it on purpose, and the next one stood
 * within `CUT_GRACE_MS`. `rested`: the page itself let go of it, since its tab was hidden or it was switched off.
 */
export type ResumeKind = 'cut' | 'rotated' | 'rested';

/** A connection that came back, and what that has cost. */
export interface Resume {
  /** When it was back, ms since 1970. It tells one resume of a log from another. */
  readonly atMs: number;
  /** How long there was none, ms. */
  readonly downMs: number;
  readonly kind: ResumeKind;
  /** Events that came since, and were produced before it was back. */
  readonly replayed: number;
  /** Seqs that were jumped over since it was lost. */
  readonly missed: number;
  /** Where history was really gone, the server's own word on it. */
  readonly gap: Pick<GapEvent, 'reason' | 'resumesAt'> | null;
  /** An event has come that was produced after it was back, so that nothing more can be replayed or found missing. */
  readonly isSettled: boolean;
}

/** No connection since, and why. */
interface Outage {
  readonly sinceMs: number;
  readonly kind: ResumeKind;
}

/**
 * What became of the events at each reconnect, from what a source tells, whatever its transport. Pure: times come with
 * the events. An event is replayed where its own time says that it was there before the connection was back; missed is
 * counted by seq, up to the first event that was produced afterwards: that one shows the hole of a source that has no
 * cursor.
 */
export class ResumeLog {
  readonly #seqs = new SeqTracker();
  readonly #producerOffsetMs: () => number;
  #resumes: readonly Resume[] = [];
  #outage: Outage | null = null;
  /** It has been connected once: what comes before that is no resume. */
  #hasBeenUp = false;
  /** What was missed already as the connection was lost. */
  #missedBefore = 0;

  /** @param producerOffsetMs the page's clock minus the producer's, asked with every event that may be a replay */
  constructor(producerOffsetMs: () => number = () => 0) {
    this.#producerOffsetMs = producerOffsetMs;
  }

  apply(event: FeedEvent): void {
    switch (event.kind) {
      case 'record':
        this.#addRecord(event);
        return;
      case 'gap':
        this.#revise({ gap: { reason: event.reason, resumesAt: event.resumesAt } });
        return;
      case 'baseline':
        this.#seqs.rebase();
        return;
      case 'connection':
        this.#addConnection(event.connection);
        return;
    }
  }

  /** Newest first, at most `RESUMES_MAX`; the same array until something has changed. */
  resumes(): readonly Resume[] {
    return this.#resumes;
  }

  #addRecord({ seq, producedAtMs, isStored, record }: RecordEvent): void {
    if (seq !== null && isStored) this.#seqs.begin(seq, producedAtMs);
    else if (seq !== null) this.#seqs.add(seq, producedAtMs);
    const newest = this.#resumes[0];
    if (newest === undefined || newest.isSettled || isStored) return;
    // Where the payload does not say, the record's own time is the next best: no later than it was stored.
    const wasThereAtMs = producedAtMs ?? record?.timestampMs ?? Number.POSITIVE_INFINITY;
    const isReplayed = wasThereAtMs + this.#producerOffsetMs() < newest.atMs;
    this.#revise({
      replayed: newest.replayed + (isReplayed ? 1 : 0),
      missed: this.#missedSince(),
      isSettled: !isReplayed,
    });
  }

  #addConnection(connection: Connection): void {
    if (isUp(connection)) {
      if (this.#outage !== null) this.#resume(this.#outage, connection.lastHeardAtMs);
      this.#outage = null;
      this.#hasBeenUp = true;
    } else if (this.#hasBeenUp) this.#lose(connection);
  }

  #lose(connection: Connection): void {
    const kind = kindOf(connection);
    if (this.#outage === null) {
      this.#revise({ isSettled: true });
      this.#missedBefore = this.#seqs.counts().missed;
      this.#outage = { sinceMs: connection.lostAtMs ?? connection.sinceMs, kind };
    } else if (kind === 'rested') this.#outage = { ...this.#outage, kind };
  }

  #resume({ sinceMs, kind }: Outage, atMs: number): void {
    const downMs = Math.max(0, atMs - sinceMs);
    // A planned cut that took long was shown as a lost connection, and was none the better for its plan.
    const shown = kind === 'rotated' && downMs > CUT_GRACE_MS ? 'cut' : kind;
    const resume = { atMs, downMs, kind: shown, replayed: 0, missed: 0, gap: null, isSettled: false };
    this.#resumes = [resume, ...this.#resumes].slice(0, RESUMES_MAX);
  }

  /** What is known of the newest resume, while more can become known of it. */
  #revise(change: Partial<Resume>): void {
    const [newest, ...older] = this.#resumes;
    if (newest !== undefined && !newest.isSettled) this.#resumes = [{ ...newest, ...change }, ...older];
  }

  /** A hole of before can have been filled since, which makes nothing good that is missed now. */
  #missedSince(): number {
    return Math.max(0, this.#seqs.counts().missed - this.#missedBefore);
  }
}

function isUp({ state, lostAtMs }: Connection): boolean {
  return (state === 'live' || state === 'stale') && lostAtMs === null;
}

function kindOf({ closeReason, isCutPlanned }: Connection): ResumeKind {
  if (closeReason === 'hidden' || closeReason === 'stopped') return 'rested';
  return isCutPlanned ? 'rotated' : 'cut';
}
