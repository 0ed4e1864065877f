'use client';

import { useEffect, useEffectEvent, useRef } from 'react';
import uPlot from 'uplot';
import { formatMs } from '#lib/client/format.ts';
import { drawCrosshair, drawLineEnds, type PlotArea } from './chart-overlay.ts';
import 'uplot/dist/uPlot.min.css';

/** Charts are redrawn at most this often, in ms; each redraw of uPlot costs about 2 ms. */
const DRAW_MS = 250;
/** Upper ends of the scale, in ms: steps, so that it does not jitter with every event. */
const STEPS_MS = [
  20, 50, 100, 200, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 300_000, 3_600_000,
] as const;

const FONT_PX = 12;
/** Room for the lines' titles at their ends, with and without the last values, px; from this width on with them. */
const GUTTER_PX = 140;
const SMALL_GUTTER_PX = 72;
const VALUES_FROM_PX = 640;

/** A break lasts until the next point of its own line: uPlot's default ends it at the next point of any line. */
const NULL_EXPAND: uPlot.JoinNullMode.Expand = 2;

/** The points of one line. */
export interface LineData {
  /** Seconds before now, ascending: −60 … 0. */
  readonly xs: readonly number[];
  readonly ys: readonly (number | null)[];
}

export interface LineStyle {
  /** Name of the CSS variable that holds the line's colour. */
  readonly colorVariable: string;
  readonly widthPx?: number;
  /** Lengths of strokes and spaces, px; default: solid. */
  readonly dashPx?: readonly number[];
  /** Stands at the line's end, with its last value; default: nothing does. */
  readonly title?: string;
}

interface UplotChartProps {
  /** Keep it the same array: another one makes another chart. */
  readonly lines: readonly LineStyle[];
  readonly windowS: number;
  readonly heightPx: number;
  /** Asked at each redraw for the points of every line; null: leave the picture as it is. */
  readonly read: () => readonly LineData[] | null;
  /** Asked at each redraw for where a crosshair stands, in seconds before now, below zero; null for none. */
  readonly crosshairS?: () => number | null;
  /** The pointer is at so many seconds before now: below zero. */
  readonly onPoint?: (s: number) => void;
}

/** The one door to uPlot: lines over the last seconds, drawn by itself and not by React. */
export function UplotChart({ lines, windowS, heightPx, read, crosshairS, onPoint }: UplotChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const drawOver = useEffectEvent((plot: uPlot) => {
    drawLineEnds(areaOf(plot), lineEnds(plot, lines));
    const s = crosshairS?.() ?? null;
    if (s !== null) drawCrosshair(areaOf(plot), plot.valToPos(s, 'x', true), cssColor('--ink'));
  });
  const point = useEffectEvent((s: number) => onPoint?.(s));
  useEffect(() => {
    if (box.current === null) return;
    const options = optionsOf(box.current.clientWidth, heightPx, windowS, lines);
    const hooks = { draw: [(drawn: uPlot) => drawOver(drawn)] };
    const plot = new uPlot({ ...options, hooks }, [[], ...lines.map(() => [])], box.current);
    chart.current = plot;
    plot.over.addEventListener('pointermove', ({ offsetX }) => point(plot.posToVal(offsetX, 'x')));
    const draw = (): void => {
      const data = read();
      if (data !== null && !document.hidden) plot.setData(joinLines(data));
    };
    const resized = new ResizeObserver(([entry]) => {
      if (entry !== undefined) plot.setSize({ width: entry.contentRect.width, height: heightPx });
    });
    resized.observe(box.current);
    const timer = setInterval(draw, DRAW_MS);
    draw();
    return () => {
      clearInterval(timer);
      resized.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [lines, windowS, heightPx, read]);
  // At once, also in a picture that stands still: whoever moves the crosshair renders.
  useEffect(() => {
    if (crosshairS !== undefined) chart.current?.redraw(false);
  }, [crosshairS]);
  return <div ref={box} className="min-w-0" style={{ height: heightPx }} />;
}

/** Each line has its own times: the join makes one column of all of them, in which a broken line stays broken. */
export function joinLines(lines: readonly LineData[]): uPlot.AlignedData {
  const tables = lines.map(({ xs, ys }): uPlot.AlignedData => [[...xs], [...ys]]);
  const modes = lines.map(() => [NULL_EXPAND, NULL_EXPAND]);
  return uPlot.join(tables, modes);
}

function optionsOf(width: number, height: number, windowS: number, lines: readonly LineStyle[]): uPlot.Options {
  // Functions, asked at each redraw: so a change of theme shows with the next one.
  const color = (name: string) => () => cssColor(name);
  const axis = {
    stroke: color('--ink-muted'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    font: `${FONT_PX}px ${fontFamily()}`,
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [null, lines.some(({ title }) => title !== undefined) ? gutterOf : null, null, null],
    scales: {
      x: { time: false, range: [-windowS, 0] },
      y: { range: (_, __, maxMs) => [0, STEPS_MS.find((stepMs) => stepMs >= maxMs) ?? maxMs] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 32,
        gap: 10,
        values: (_, ticks) => ticks.map((s) => (s === 0 ? 'now' : `−${-s} s`)),
      },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((ms) => `${ms.toLocaleString('en-US')} ms`) },
    ],
    series: [
      {},
      ...lines.map(({ colorVariable, widthPx = 1.5, dashPx }) => ({
        stroke: color(colorVariable),
        width: widthPx,
        ...(dashPx !== undefined && { dash: [...dashPx] }),
        points: { size: 4, fill: color(colorVariable) },
      })),
    ],
  };
}

function cssColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

function fontFamily(): string {
  return getComputedStyle(document.body).fontFamily;
}

function gutterOf({ width }: uPlot): number {
  return width >= VALUES_FROM_PX ? GUTTER_PX : SMALL_GUTTER_PX;
}

function areaOf({ ctx, bbox }: uPlot): PlotArea {
  const ratio = uPlot.pxRatio;
  return {
    context: ctx,
    ratio,
    leftPx: bbox.left,
    topPx: bbox.top,
    widthPx: bbox.width,
    heightPx: bbox.height,
    font: `500 ${FONT_PX * ratio}px ${fontFamily()}`,
  };
}

/** The last point of each line that has a title. */
function lineEnds(plot: uPlot, lines: readonly LineStyle[]) {
  const [xs, ...columns] = plot.data;
  return lines.flatMap(({ title, colorVariable }, line) => {
    const ys = columns[line] ?? [];
    const last = ys.findLastIndex((y) => y !== null && y !== undefined);
    const x = xs[last];
    const y = ys[last];
    if (title === undefined || x === undefined || y === null || y === undefined) return [];
    const words = plot.width >= VALUES_FROM_PX ? `${title} ${formatMs(y)}` : title;
    const xPx = plot.valToPos(x, 'x', true);
    return [{ words, color: cssColor(colorVariable), xPx, yPx: plot.valToPos(y, 'y', true) }];
  });
}
