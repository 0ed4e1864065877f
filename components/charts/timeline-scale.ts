import { TIMELINE_MS } from '#lib/client/lane-timeline.ts';

export const ROW_HEIGHT_PX = 40;
export const MIDDLE_PX = ROW_HEIGHT_PX / 2;
/** Free at both ends, so that a dot at "now" is whole. */
export const PAD_PX = 8;
/** Lines of time, from one end to the other, are so many steps apart. */
export const GRID_STEPS = 4;

/** One drawing: its right end is `nowMs`. */
export interface Frame {
  readonly nowMs: number;
  readonly widthPx: number;
}

/** Where times stand in a drawing. */
export interface Scale extends Frame {
  readonly msPerPx: number;
  /** In px from the left. */
  readonly x: (atMs: number) => number;
}

export function scaleOf({ nowMs, widthPx }: Frame): Scale {
  const msPerPx = TIMELINE_MS / Math.max(1, widthPx - 2 * PAD_PX);
  return { nowMs, widthPx, msPerPx, x: (atMs) => roundPx(widthPx - PAD_PX - (nowMs - atMs) / msPerPx) };
}

/** A tenth of a pixel is as much as can be seen. */
export function roundPx(px: number): number {
  return Math.round(px * 10) / 10;
}
