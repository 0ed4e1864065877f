import { type EventMark, LaneTimeline, type LaneView, MARKS_MAX, TIMELINE_MS } from './lane-timeline.ts';
import type { LaneName } from './lanes.ts';

/** Everything to draw, as of one moment; every time is by the page's clock, ms. */
export interface TimelineView {
  readonly nowMs: number;
  /** When each event of the window was produced, ascending. */
  readonly produced: readonly EventMark[];
  /** In the order of the lanes. */
  readonly lanes: ReadonlyMap<LaneName, LaneView>;
}

/** An event as somebody has told of it: a lane that got it, or who counts what was produced. */
export interface ToldEvent {
  readonly cursor: string;
  readonly seq: number | null;
  /** By the producer's clock; null where the payload does not say: such an event has no place on the timeline. */
  readonly producedAtMs: number | null;
}

interface ProducedEvent {
  readonly seq: number | null;
  readonly producedAtMs: number;
  /** When this page first heard of it: it was not produced later. */
  readonly toldAtMs: number;
}

/**
 * What was produced in the last seconds, and how it came over each lane. Pure: every time is a parameter, but for the
 * producer's clock, of which more becomes known as time goes on; so its times are mapped when they are read.
 */
export class Timeline {
  readonly #lanes: ReadonlyMap<LaneName, LaneTimeline>;
  /** The page's clock minus the producer's, ms. */
  readonly #producerOffsetMs: () => number;
  #produced = new Map<string, ProducedEvent>();

  constructor(lanes: readonly LaneName[], producerOffsetMs: () => number = () => 0) {
    this.#producerOffsetMs = producerOffsetMs;
    this.#lanes = new Map(
      lanes.map((name) => [name, new LaneTimeline((event) => this.addProduced(event, event.arrivedAtMs))]),
    );
  }

  lane(name: LaneName): LaneTimeline | undefined {
    return this.#lanes.get(name);
  }

  /** Of each event once, whoever tells of it first. */
  addProduced({ cursor, seq, producedAtMs }: ToldEvent, toldAtMs: number): void {
    // Without a seq only the cursor tells events apart, and the foil has none.
    const key = seq === null ? cursor : `${seq}@${producedAtMs}`;
    if (producedAtMs === null || key === '' || this.#produced.has(key)) return;
    // What a lane reads again from far back must not push out the present.
    if (producedAtMs + this.#producerOffsetMs() <= toldAtMs - TIMELINE_MS) return;
    this.#produced.set(key, { seq, producedAtMs, toldAtMs });
    if (this.#produced.size > 2 * MARKS_MAX) this.#trim(toldAtMs);
  }

  view(nowMs: number): TimelineView {
    this.#trim(nowMs);
    const offsetMs = this.#producerOffsetMs();
    const produced = [...this.#produced.values()]
      .map((event) => ({ seq: event.seq, atMs: pageTimeOf(event, offsetMs) }))
      .sort((a, b) => a.atMs - b.atMs);
    const lanes = [...this.#lanes].map(([name, lane]): [LaneName, LaneView] => [
      name,
      lane.view(nowMs, { produced, offsetMs }),
    ]);
    return { nowMs, produced, lanes: new Map(lanes) };
  }

  #trim(nowMs: number): void {
    const offsetMs = this.#producerOffsetMs();
    const kept = [...this.#produced].filter(([, event]) => pageTimeOf(event, offsetMs) > nowMs - TIMELINE_MS);
    if (kept.length < this.#produced.size || kept.length > MARKS_MAX) this.#produced = new Map(kept.slice(-MARKS_MAX));
  }
}

function pageTimeOf({ producedAtMs, toldAtMs }: ProducedEvent, offsetMs: number): number {
  return Math.min(producedAtMs + offsetMs, toldAtMs);
}
