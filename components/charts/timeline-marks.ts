import type { EventMark, LaneView, RequestBar } from '#lib/client/lane-timeline.ts';
import { isEmpty } from '#lib/client/timeline-summary.ts';
import { type DotName, dotPaths, ringPath } from './timeline-dots.ts';
import {
  type Frame,
  GRID_STEPS,
  MIDDLE_PX,
  PAD_PX,
  ROW_HEIGHT_PX,
  roundPx,
  type Scale,
  scaleOf,
} from './timeline-scale.ts';

/** How a row is drawn: a bar while it is connected, a bar for each request, or a tick for each. A foil's holes are red. */
export type RowShape = 'produced' | 'stream' | 'foil' | 'bars' | 'ticks';

/** Everything that a row is drawn of: one path for each, however many marks it has. */
export type MarkName =
  | 'grid'
  | 'link'
  | 'hole'
  | 'bar'
  | 'bar-empty'
  | 'bar-failed'
  | 'tick'
  | 'tick-empty'
  | 'tick-failed'
  | DotName
  | 'missed';
export type Marks = Partial<Record<MarkName, string>>;

const BAR_HEIGHT_PX = 12;
/** Between two bars that follow each other at once. */
const SEAM_PX = 1;
const TICK_HEIGHT_PX = 18;
const TICK_WIDTH_PX = 4;
/** Closer than this, ticks are lines, and the empty ones are shorter, since a line cannot be hollow. */
const TICK_STEP_MIN_PX = 8;
const DENSE_EMPTY_HEIGHT_PX = 8;

/** The marks of the events that were produced. */
export function producedMarks(produced: readonly EventMark[], frame: Frame): Marks {
  return { grid: gridPath(frame), ...dotPaths(produced, scaleOf(frame)) };
}

/** The marks of a lane, in paths of SVG. */
export function laneMarks(lane: LaneView, shape: RowShape, frame: Frame): Marks {
  const scale = scaleOf(frame);
  return {
    grid: gridPath(frame),
    ...((shape === 'stream' || shape === 'foil') && linkPaths(lane, scale)),
    ...(shape === 'bars' && barPaths(lane, scale)),
    ...(shape === 'ticks' && tickPaths(lane, scale)),
    ...dotPaths(lane.arrivals, scale),
    missed: ringPath(lane.missed, scale),
  };
}

function gridPath({ widthPx }: Frame): string {
  const stepPx = (widthPx - 2 * PAD_PX) / GRID_STEPS;
  const lineAt = (step: number): string => `M${roundPx(PAD_PX + step * stepPx)} 0V${ROW_HEIGHT_PX}`;
  return Array.from({ length: GRID_STEPS + 1 }, (_, step) => lineAt(step)).join('');
}

function linkPaths({ links }: LaneView, { nowMs, x }: Scale): Marks {
  const path = (isUp: boolean): string =>
    links
      .filter((link) => link.isUp === isUp)
      .map(({ fromMs, toMs }) => `M${Math.max(0, x(fromMs))} ${MIDDLE_PX}H${x(toMs ?? nowMs)}`)
      .join('');
  return { link: path(true), hole: path(false) };
}

function barPaths({ requests }: LaneView, { nowMs, x }: Scale): Marks {
  const path = (bars: readonly RequestBar[]): string =>
    bars
      .map(({ sentAtMs, overAtMs }) => {
        // A bar that began before the window has no beginning to draw: it comes in over the edge.
        const fromPx = Math.max(-PAD_PX, x(sentAtMs));
        return boxAt(fromPx, Math.max(1, x(overAtMs ?? nowMs) - fromPx - SEAM_PX), BAR_HEIGHT_PX);
      })
      .join('');
  return {
    bar: path(requests.filter((request) => !isEmpty(request) && !isFailed(request))),
    'bar-empty': path(requests.filter(isEmpty)),
    'bar-failed': path(requests.filter(isFailed)),
  };
}

function tickPaths({ requests }: LaneView, { widthPx, x }: Scale): Marks {
  const isDense = widthPx / Math.max(1, requests.length) < TICK_STEP_MIN_PX;
  const tickPx = isDense ? 0 : TICK_WIDTH_PX;
  const path = (ticks: readonly RequestBar[], heightPx = TICK_HEIGHT_PX): string =>
    ticks.map(({ overAtMs }) => (overAtMs === null ? '' : boxAt(x(overAtMs) - tickPx / 2, tickPx, heightPx))).join('');
  return {
    tick: path(requests.filter(({ events }) => events > 0)),
    'tick-empty': path(requests.filter(isEmpty), isDense ? DENSE_EMPTY_HEIGHT_PX : undefined),
    'tick-failed': path(requests.filter(isFailed)),
  };
}

function isFailed({ state }: RequestBar): boolean {
  return state === 'failed';
}

function boxAt(fromPx: number, widthPx: number, heightPx: number): string {
  return `M${roundPx(fromPx)} ${MIDDLE_PX - heightPx / 2}h${roundPx(widthPx)}v${heightPx}h${roundPx(-widthPx)}z`;
}
