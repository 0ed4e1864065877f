import type { LaneName } from './lanes.ts';
import type { Sample } from './stats.ts';

/** One event of a lane: when it was produced, by the page's clock, and how long it took. */
export interface LatencyPoint {
  readonly atMs: number;
  readonly latencyMs: number;
}

/** What a picture of the lanes shows, as of one moment. */
export interface LanePoints {
  readonly nowMs: number;
  readonly lanes: ReadonlyMap<LaneName, readonly LatencyPoint[]>;
}

export type Step = 'first' | 'previous' | 'next' | 'last';

/** By time of production: so the same event stands at the same place in every lane. */
export function latencyPoints(samples: readonly Sample[]): readonly LatencyPoint[] {
  return samples
    .flatMap(({ arrivedAtMs, latencyMs }) => (latencyMs === null ? [] : [{ atMs: arrivedAtMs - latencyMs, latencyMs }]))
    .sort((a, b) => a.atMs - b.atMs);
}

/** The event that is nearest in time. */
export function nearestPoint(points: readonly LatencyPoint[], atMs: number): LatencyPoint | null {
  return points.reduce<LatencyPoint | null>(
    (best, point) => (best === null || Math.abs(point.atMs - atMs) < Math.abs(best.atMs - atMs) ? point : best),
    null,
  );
}

/** From one event to the next one of any lane; from nowhere to the newest. null: there is none. */
export function stepTo(points: readonly LatencyPoint[], atMs: number | null, step: Step): number | null {
  const times = points.map((point) => point.atMs).sort((a, b) => a - b);
  const first = times[0] ?? null;
  const last = times.at(-1) ?? null;
  if (step === 'first') return first;
  if (atMs === null || step === 'last') return last;
  // The same event of two lanes is one step, though their clocks round it apart.
  const found = step === 'next' ? times.find((time) => time >= atMs + 1) : times.findLast((time) => time <= atMs - 1);
  return found ?? (step === 'next' ? last : first);
}
