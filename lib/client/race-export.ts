import type { Produced } from './calibrator.ts';
import type { ClockEstimate } from './clock-offset.ts';
import type { Conditions, LaneName } from './lanes.ts';
import type { Figures } from './stats.ts';
import type { Traffic } from './traffic-meter.ts';
import { type LaneResult, verdict } from './verdict.ts';

/** What of a race is exported; as it was at one moment. */
export interface RaceMoment {
  readonly conditions: Conditions;
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** The page, with the conditions in its query: opened again, it races under the same ones. */
  readonly url: string;
  readonly results: readonly LaneResult[];
  readonly produced: Produced;
  readonly producerClock: ClockEstimate;
}

/** A comparison as a file: everything that the page shows in numbers, and its verdict. */
export interface RaceExport {
  readonly kind: 'feedline-race';
  readonly version: 1;
  /** ISO 8601, as every `…At`. */
  readonly startedAt: string;
  readonly takenAt: string;
  readonly url: string;
  readonly conditions: Conditions;
  readonly verdict: readonly string[];
  /** What the record log has got since the start. */
  readonly produced: { readonly events: number; readonly isExact: boolean; readonly asOf: string | null };
  /** The page's clock minus the producer's, ms, and the most that this may be wrong. */
  readonly producerClock: ClockEstimate;
  readonly lanes: Readonly<Partial<Record<LaneName, Figures & Traffic & { readonly hasFailed: boolean }>>>;
}

/** Pure; times in ms since 1970. */
export function raceExport(moment: RaceMoment): RaceExport {
  const { conditions, startedAtMs, nowMs, url, results, produced, producerClock } = moment;
  const lanes = results.map(({ name, figures, traffic, hasFailed = false }) => [
    name,
    { ...figures, ...traffic, hasFailed },
  ]);
  return {
    kind: 'feedline-race',
    version: 1,
    startedAt: iso(startedAtMs),
    takenAt: iso(nowMs),
    url,
    conditions,
    verdict: verdict(conditions, results, nowMs - startedAtMs),
    produced: {
      events: produced.events,
      isExact: produced.isExact,
      asOf: produced.asOfMs === null ? null : iso(produced.asOfMs),
    },
    producerClock,
    lanes: Object.fromEntries(lanes),
  };
}

/** Of the file: sorted by name, exports of one feed follow one another in time. */
export function raceExportName({ conditions, takenAt }: RaceExport): string {
  const feed = conditions.feedId.replace(/[^\w.-]+/g, '_').slice(0, 60);
  return `feedline-${feed}-${takenAt.slice(0, 19).replaceAll(':', '')}.json`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
