'use client';

import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** Charts are redrawn at most this often, in ms; each redraw of uPlot costs about 2 ms. */
const DRAW_MS = 250;
/** Upper ends of the scale, in ms: steps, so that it does not jitter with every event. */
const STEPS_MS = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 3_600_000] as const;

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
}

interface UplotChartProps {
  /** Keep it the same array: another one makes another chart. */
  readonly lines: readonly LineStyle[];
  readonly windowS: number;
  readonly heightPx: number;
  /** Asked at each redraw for the points of every line; null: leave the picture as it is. */
  readonly read: () => readonly LineData[] | null;
}

/** The one door to uPlot: lines over the last seconds, drawn by itself and not by React. */
export function UplotChart({ lines, windowS, heightPx, read }: UplotChartProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null) return;
    const options = optionsOf(box.current.clientWidth, heightPx, windowS, lines);
    const plot = new uPlot(options, [[], ...lines.map(() => [])], box.current);
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
    };
  }, [lines, windowS, heightPx, read]);
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
  const color = (name: string) => () => getComputedStyle(document.documentElement).getPropertyValue(name);
  const axis = { stroke: color('--ink-muted'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
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
