import type { FigureSpec, Workload } from './workload.ts';
import { COST, steady } from './workloads/steady.ts';
import { BUSY, trickle } from './workloads/trickle.ts';

/** How a cost grows with one thing, while all others stay as they are. */
export interface Curve {
  readonly name: string;
  /** What grows. */
  readonly grows: string;
  readonly figure: FigureSpec;
  readonly points: readonly Point[];
}

export interface Point {
  readonly at: number;
  readonly workload: Workload;
}

const SECONDS = 5;
const PAYLOADS = [100, 400, 1600, 6400, 25_600];
/** The servers are far from their limits, and still busy enough to be measured. */
const DELIVERIES_PER_S = 5_000;

function curve(
  name: string,
  grows: string,
  at: readonly number[],
  options: (value: number) => { connections?: number; feeds?: number; perSecond?: number; payloadBytes?: number },
): Curve {
  const points = at.map((value) => {
    const base = { name: `${name}-${value}`, connections: 1000, feeds: 1, perSecond: 20, seconds: SECONDS };
    return { at: value, workload: steady({ ...base, ...options(value) }) };
  });
  return { name, grows, figure: COST, points };
}

export const CURVES: readonly Curve[] = [
  curve('deliveries', 'deliveries/s, 200 streams on 1 feed', [5000, 20_000, 80_000, 320_000], (deliveries) => ({
    connections: 200,
    perSecond: deliveries / 200,
  })),
  curve('connections', 'streams on 1 feed, 20 events/s', [250, 1000, 2500, 5000], (connections) => ({ connections })),
  curve('feeds', `feeds, ${DELIVERIES_PER_S} deliveries/s, 1,000 streams`, [1, 10, 100, 1000], (feeds) => ({
    feeds,
    perSecond: DELIVERIES_PER_S * (feeds / 1000),
  })),
  curve('payload', 'bytes of a payload, 1,000 streams on 1 feed, 20 events/s', PAYLOADS, (payloadBytes) => ({
    payloadBytes,
  })),
  {
    name: 'unwatched',
    grows: 'records/s that nobody watches',
    figure: BUSY,
    points: [1000, 5000, 20_000, 50_000].map((at) => ({ at, workload: trickle(at, SECONDS) })),
  },
];
