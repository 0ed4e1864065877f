import { type ClockEstimate, ClockOffset, type RoundTrip } from './clock-offset.ts';
import { WindowedMin } from './windowed-min.ts';

/** Where a record was, and when: each time by the clock of who took it, ms since 1970. */
export interface RecordTimes {
  /** By the producer's clock; null where the payload does not say. */
  readonly producedAtMs: number | null;
  /** By the broker's, where the topic has `LogAppendTime`; else by the producer's. */
  readonly timestampMs: number;
  /** By the pod's, when it read it as it came; null where it has read it back later. */
  readonly receivedAtMs: number | null;
  readonly pod: string;
}

/** The quickest way from one machine to the next is taken to be this long, ms, where their clocks disagree. */
const HOP_MS = 5;
/** No way's quickest passage is longer than this, ms: clocks between which it is are taken to disagree. */
const HOP_MAX_MS = 1000;

/** Pods come and go under new names. */
const PODS_MAX = 16;

/** The clock at each way's end minus that at its beginning, ms: what stands between two times is not how long it took. */
export interface HopOffsets {
  readonly toBrokerMs: number;
  readonly toPodMs: number;
  readonly toPageMs: number;
}

interface PodClock {
  readonly offset: ClockOffset;
  readonly fromBroker: WindowedMin;
}

/**
 * The producer's clock against this page's, over the broker's and the pod's: producer → broker → pod → page. The
 * first two can only be seen one way, so there the quickest passage is all that is known: where that is negative, or
 * over a second, the clocks disagree, and it is taken to have been `HOP_MS`.
 */
export class PageClocks {
  readonly #pods = new Map<string, PodClock>();
  readonly #toBroker = new WindowedMin();

  addRoundTrip(pod: string, trip: RoundTrip): void {
    this.#pod(pod).offset.addRoundTrip(trip);
  }

  addRecord({ producedAtMs, timestampMs, receivedAtMs, pod }: RecordTimes, nowMs: number): void {
    if (producedAtMs !== null) this.#toBroker.add(timestampMs - producedAtMs, nowMs);
    if (receivedAtMs !== null) this.#pod(pod).fromBroker.add(receivedAtMs - timestampMs, nowMs);
  }

  /** The page's clock minus the producer's; of the ways over several pods the one that is known best. */
  producer(): ClockEstimate {
    const toBroker = hopOf(this.#toBroker);
    const ways = [...this.#pods.values()].map(({ offset, fromBroker }) => {
      const server = offset.estimate();
      return sum([toBroker, hopOf(fromBroker), { ...server, offsetMs: -server.offsetMs }]);
    });
    const known = ways.filter(({ errorMs }) => errorMs !== null).sort((a, b) => Number(a.errorMs) - Number(b.errorMs));
    return known[0] ?? ways[0] ?? { offsetMs: 0, errorMs: null };
  }

  /** The server's clock minus the page's, ms; of several pods by the one that is known best. */
  serverOffsetMs(): number {
    const known = [...this.#pods.values()].map(({ offset }) => offset.estimate());
    return known.sort((a, b) => (a.errorMs ?? Infinity) - (b.errorMs ?? Infinity))[0]?.offsetMs ?? 0;
  }

  /** Of the way over this pod. */
  hops(pod: string): HopOffsets {
    const { offset, fromBroker } = this.#pod(pod);
    return {
      toBrokerMs: hopOf(this.#toBroker).offsetMs,
      toPodMs: hopOf(fromBroker).offsetMs,
      // The other way round, and no minus zero.
      toPageMs: 0 - offset.estimate().offsetMs,
    };
  }

  #pod(name: string): PodClock {
    const pod = this.#pods.get(name) ?? { offset: new ClockOffset(), fromBroker: new WindowedMin() };
    this.#pods.set(name, pod);
    const [oldest] = this.#pods.keys();
    if (this.#pods.size > PODS_MAX && oldest !== undefined) this.#pods.delete(oldest);
    return pod;
  }
}

/** The clock at a way's end minus that at its beginning. */
function hopOf(passage: WindowedMin): ClockEstimate {
  const quickestMs = passage.min();
  if (quickestMs === null) return { offsetMs: 0, errorMs: null };
  if (quickestMs >= 0 && quickestMs <= HOP_MAX_MS) return { offsetMs: 0, errorMs: Math.max(quickestMs, 1) };
  return { offsetMs: quickestMs - HOP_MS, errorMs: HOP_MS };
}

function sum(estimates: readonly ClockEstimate[]): ClockEstimate {
  return estimates.reduce((all, { offsetMs, errorMs }) => ({
    offsetMs: all.offsetMs + offsetMs,
    errorMs: all.errorMs === null || errorMs === null ? null : all.errorMs + errorMs,
  }));
}
