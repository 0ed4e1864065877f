import type { ClientEvent, RecordEvent, RequestEvent } from './client-event.ts';
import type { Connection } from './connection-state.ts';
import { SeqTracker } from './seq-tracker.ts';
import { latencyOf } from './stats.ts';

/** The timeline shows this last time, ms. */
export const TIMELINE_MS = 20_000;
/** Most marks kept of one kind in one row: 200 events a second over the whole window. */
export const MARKS_MAX = 4000;

/** One request of a lane that polls. */
export interface RequestBar {
  readonly sentAtMs: number;
  /** null while it is under way. */
  readonly overAtMs: number | null;
  readonly state: RequestEvent['state'];
  /** What it brought. */
  readonly events: number;
}

/** A time in which a connection was up, or was wanted and not there. */
export interface LinkSpan {
  readonly isUp: boolean;
  readonly fromMs: number;
  /** null while it goes on. */
  readonly toMs: number | null;
}

/** One event at one moment. */
export interface EventMark {
  readonly atMs: number;
  readonly seq: number | null;
}

export interface Arrival extends EventMark {
  /** From production; null where the payload does not say when that was. */
  readonly delayMs: number | null;
}

/** One lane in the window; every list in the order of time. */
export interface LaneView {
  readonly arrivals: readonly Arrival[];
  readonly requests: readonly RequestBar[];
  readonly links: readonly LinkSpan[];
  /** When each event was produced that this lane has been overtaken by and has not got. */
  readonly missed: readonly EventMark[];
}

/** What was produced in the window, by the page's clock, which is `offsetMs` ahead of the producer's. */
interface ProducedView {
  readonly produced: readonly EventMark[];
  readonly offsetMs: number;
}

interface RawArrival {
  readonly seq: number | null;
  readonly arrivedAtMs: number;
  /** By the producer's clock. */
  readonly producedAtMs: number | null;
}

/** The last seconds of one lane, made of what its source tells. Pure: times come with the events. */
export class LaneTimeline {
  readonly #onRecord: (event: RecordEvent) => void;
  readonly #seqs = new SeqTracker();
  #arrivals: RawArrival[] = [];
  /** By their numbers, in the order in which they were sent. */
  readonly #requests = new Map<number, RequestBar>();
  #links: LinkSpan[] = [];

  /** @param onRecord told of each event that comes */
  constructor(onRecord: (event: RecordEvent) => void) {
    this.#onRecord = onRecord;
  }

  apply(event: ClientEvent): void {
    switch (event.kind) {
      case 'record':
        this.#addRecord(event);
        return;
      case 'request':
        this.#addRequest(event);
        return;
      case 'connection':
        this.#addConnection(event.connection);
        return;
      case 'baseline':
        this.#seqs.rebase();
        return;
      case 'gap':
        return;
    }
  }

  view(nowMs: number, { produced, offsetMs }: ProducedView): LaneView {
    this.#trim(nowMs);
    const isMissed = ({ seq }: EventMark): boolean => seq !== null && this.#seqs.isMissing(seq);
    return {
      arrivals: this.#arrivals.map((arrival) => ({
        atMs: arrival.arrivedAtMs,
        seq: arrival.seq,
        delayMs: latencyOf(arrival, offsetMs),
      })),
      requests: [...this.#requests.values()],
      links: [...this.#links],
      missed: produced.filter(isMissed),
    };
  }

  #addRecord(event: RecordEvent): void {
    const { seq, producedAtMs, arrivedAtMs } = event;
    if (seq !== null) this.#seqs.add(seq, producedAtMs);
    this.#arrivals.push({ seq, arrivedAtMs, producedAtMs });
    if (this.#arrivals.length > 2 * MARKS_MAX) this.#trim(arrivedAtMs);
    this.#onRecord(event);
  }

  #addRequest({ number, state, events, atMs }: RequestEvent): void {
    const sentAtMs = this.#requests.get(number)?.sentAtMs ?? atMs;
    this.#requests.set(number, { sentAtMs, overAtMs: state === 'sent' ? null : atMs, state, events });
    if (this.#requests.size > 2 * MARKS_MAX) this.#trim(atMs);
  }

  #addConnection(connection: Connection): void {
    const before = this.#links.at(-1);
    const wasUp = before?.toMs === null ? before.isUp : null;
    const isUp = isLinkUp(connection);
    if (isUp === wasUp) return;
    const { lastHeardAtMs, lostAtMs, sinceMs } = connection;
    // What a rest has ended was lost by nobody: only a loss out of being up counts from its own moment.
    const lostFromMs = wasUp === true ? (lostAtMs ?? sinceMs) : sinceMs;
    const fromMs = isUp === true ? lastHeardAtMs : lostFromMs;
    if (before?.toMs === null) this.#links[this.#links.length - 1] = { ...before, toMs: fromMs };
    if (isUp !== null) this.#links.push({ isUp, fromMs, toMs: null });
    if (this.#links.length > 2 * MARKS_MAX) this.#trim(fromMs);
  }

  #trim(nowMs: number): void {
    const isInWindow = (atMs: number): boolean => atMs > nowMs - TIMELINE_MS;
    const isOldestGone = this.#arrivals[0] !== undefined && !isInWindow(this.#arrivals[0].arrivedAtMs);
    if (isOldestGone || this.#arrivals.length > MARKS_MAX) {
      this.#arrivals = this.#arrivals.filter(({ arrivedAtMs }) => isInWindow(arrivedAtMs)).slice(-MARKS_MAX);
    }
    this.#links = this.#links.filter(({ toMs }) => toMs === null || isInWindow(toMs)).slice(-MARKS_MAX);
    for (const [number, { overAtMs }] of this.#requests) {
      const isGone = overAtMs !== null && !isInWindow(overAtMs);
      if (isGone || this.#requests.size > MARKS_MAX) this.#requests.delete(number);
    }
  }
}

/** null: no connection is wanted, or none has been there yet. */
function isLinkUp({ state, closeReason, lostAtMs }: Connection): boolean | null {
  if (state === 'closed') return closeReason === 'failed' ? false : null;
  if (lostAtMs !== null) return false;
  return state === 'connecting' ? null : true;
}
