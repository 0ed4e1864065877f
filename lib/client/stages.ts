import type { RecordFacts } from './client-event.ts';
import type { HopOffsets } from './page-clocks.ts';
import { quantile } from './stats.ts';

/** The ways of an event, in order: producer → broker → pod → browser. */
export const STAGES = ['toBroker', 'toPod', 'toBrowser'] as const;
export type Stage = (typeof STAGES)[number];

/** How long an event was on each way, ms; null where one of its times is not known. */
export type StageTimes = Readonly<Record<Stage, number | null>>;

/** Of one stage, over the events of the window. */
export interface StageFigures {
  readonly events: number;
  readonly latencyMsP50: number | null;
  readonly latencyMsP95: number | null;
}

export type AllStageFigures = Readonly<Record<Stage, StageFigures>>;

const NO_EVENTS: StageFigures = { events: 0, latencyMsP50: null, latencyMsP95: null };
export const NO_STAGE_FIGURES: AllStageFigures = { toBroker: NO_EVENTS, toPod: NO_EVENTS, toBrowser: NO_EVENTS };

/** As much of an event as places it on its way. */
export interface StageEvent {
  readonly producedAtMs: number | null;
  readonly arrivedAtMs: number;
  readonly record?: Pick<RecordFacts, 'timestampMs' | 'receivedAtMs' | 'pod'> | undefined;
}

/**
 * Its times, each by another clock, made comparable by what is known of those clocks. Below zero only by their error:
 * nothing arrives before it left.
 */
export function stagesOf({ producedAtMs, arrivedAtMs, record }: StageEvent, hops: HopOffsets): StageTimes {
  if (record === undefined) return { toBroker: null, toPod: null, toBrowser: null };
  const { timestampMs, receivedAtMs } = record;
  return {
    toBroker: producedAtMs === null ? null : Math.max(0, timestampMs - producedAtMs - hops.toBrokerMs),
    toPod: Math.max(0, receivedAtMs - timestampMs - hops.toPodMs),
    toBrowser: Math.max(0, arrivedAtMs - receivedAtMs - hops.toPageMs),
  };
}

export type HopOffsetsOf = (pod: string) => HopOffsets;

const NO_OFFSETS: HopOffsets = { toBrokerMs: 0, toPodMs: 0, toPageMs: 0 };
/** All clocks agree. */
export const noHopOffsets: HopOffsetsOf = () => NO_OFFSETS;

export function stageFigures(events: readonly StageEvent[], hopsOf: HopOffsetsOf): AllStageFigures {
  if (events.length === 0) return NO_STAGE_FIGURES;
  const times = events.map((event) => stagesOf(event, hopsOf(event.record?.pod ?? '')));
  return {
    toBroker: figuresOf(times, 'toBroker'),
    toPod: figuresOf(times, 'toPod'),
    toBrowser: figuresOf(times, 'toBrowser'),
  };
}

function figuresOf(times: readonly StageTimes[], stage: Stage): StageFigures {
  const known = times.map((each) => each[stage]).filter((ms) => ms !== null);
  // A typed array sorts numbers as numbers, and several times as fast.
  const ascending = Float64Array.from(known).sort();
  return { events: known.length, latencyMsP50: quantile(ascending, 0.5), latencyMsP95: quantile(ascending, 0.95) };
}
