import { type KeyboardEvent, type RefObject, useState } from 'react';
import { formatMs, formatTimeOfDay } from '#lib/client/format.ts';
import { LANE_SHORT_TITLES } from '#lib/client/lanes.ts';
import { type LanePoints, nearestPoint, type Step, stepTo } from '#lib/client/latency-points.ts';

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: 'previous',
  ArrowRight: 'next',
  Home: 'first',
  End: 'last',
};
/** What a lane got farther away from the crosshair than this is not what it stands at, ms. */
const NEAR_MS = 1000;

interface Place {
  /** The time of production that it stands at, by the page's clock. */
  readonly atMs: number;
  /** How long ago that was when it was put there, s. */
  readonly agoS: number;
  /** What each lane took for the event there. */
  readonly words: string;
}

export interface Crosshair {
  /** null while there is none. */
  readonly place: Place | null;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** The pointer is at so many seconds before now: below zero. */
  readonly onPoint: (s: number) => void;
}

/** A crosshair in what is drawn: it stands at an event and goes with it, and is moved by keys or by the pointer. */
export function useCrosshair(drawn: RefObject<LanePoints>): Crosshair {
  const [place, setPlace] = useState<Place | null>(null);

  function moveTo(atMs: number | null): void {
    const { nowMs } = drawn.current;
    const next = atMs === null ? null : { atMs, agoS: (nowMs - atMs) / 1000, words: wordsAt(drawn.current, atMs) };
    setPlace(next);
  }
  const allPoints = () => [...drawn.current.lanes.values()].flat();

  return {
    place,
    onKeyDown(event) {
      const step = STEPS[event.key];
      if (step === undefined && event.key !== 'Escape') return;
      event.preventDefault();
      moveTo(step === undefined ? null : stepTo(allPoints(), place?.atMs ?? null, step));
    },
    onPoint: (s) => moveTo(nearestPoint(allPoints(), drawn.current.nowMs + s * 1000)?.atMs ?? null),
  };
}

function wordsAt({ lanes }: LanePoints, atMs: number): string {
  const parts = [...lanes].map(([name, points]) => {
    const near = nearestPoint(points, atMs);
    const isThere = near !== null && Math.abs(near.atMs - atMs) <= NEAR_MS;
    return `${LANE_SHORT_TITLES[name]} ${isThere ? formatMs(near.latencyMs) : '–'}`;
  });
  return `${formatTimeOfDay(atMs)}: ${parts.join(' · ')}`;
}
