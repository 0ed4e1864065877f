'use client';

import { useCallback, useMemo, useRef, useState } from 'react';
import { ChartFigure } from '#components/charts/chart-figure.tsx';
import { type LineData, UplotChart } from '#components/charts/uplot-chart.tsx';
import type { FeedStore } from '#lib/client/feed-store.ts';
import { formatMs } from '#lib/client/format.ts';
import { useRenewed } from '#lib/client/hooks/use-renewed.ts';
import { LANE_SHORT_TITLES, LANE_TITLES, type LaneName } from '#lib/client/lanes.ts';
import { type LanePoints, type LatencyPoint, latencyPoints } from '#lib/client/latency-points.ts';
import { WINDOW_MS } from '#lib/client/stats.ts';
import { LANE_LINES, LaneSwatch } from './lane-swatch.tsx';
import { LanesTable } from './lanes-table.tsx';
import { useCrosshair } from './use-crosshair.ts';

const LABEL_MS = 5000;
const HEIGHT_PX = 280;
/** A line does not cross a time without events that is longer than this, s. */
const SILENCE_S = 2;

interface LanesChartProps {
  readonly lanes: ReadonlyMap<LaneName, FeedStore>;
  readonly isPaused: boolean;
}

/** Latency of each event of the last minute, lane by lane. The label says the same in words, renewed every 5 s. */
export function LanesChart({ lanes, isPaused }: LanesChartProps) {
  const [isTableOpen, setTableOpen] = useState(false);
  const drawn = useRef<LanePoints>({ nowMs: 0, lanes: new Map() });
  const { place, onKeyDown, onPoint } = useCrosshair(drawn);
  const label = useRenewed(() => labelOf(lanes), LABEL_MS, !isPaused);
  // From back to front: where the foil is as quick as Feedline, its thin line must not hide the other.
  const names = useMemo(() => [...lanes.keys()].reverse(), [lanes]);
  const lines = useMemo(() => names.map((name) => ({ ...LANE_LINES[name], title: LANE_SHORT_TITLES[name] })), [names]);
  const read = useCallback((): readonly LineData[] | null => {
    if (isPaused) return null;
    const nowMs = Date.now();
    drawn.current = {
      nowMs,
      lanes: new Map([...lanes].map(([name, feed]) => [name, latencyPoints(feed.samples(nowMs))])),
    };
    return names.map((name) => lineOf(drawn.current.lanes.get(name) ?? [], nowMs));
  }, [lanes, names, isPaused]);
  return (
    <ChartFigure
      title="Latency"
      about="produced → arrived here, by time of production, last 60 s"
      label={`Latency of each event by lane, last 60 s. ${label}`}
      testId="lanes-chart"
      isTableOpen={isTableOpen}
      onTable={setTableOpen}
      table={<LanesTable drawn={drawn} isPaused={isPaused} />}
    >
      <div
        role="slider"
        tabIndex={0}
        aria-label="Crosshair of the latency chart"
        aria-valuemin={-WINDOW_MS / 1000}
        aria-valuemax={0}
        aria-valuenow={place === null ? 0 : -Math.round(place.agoS)}
        aria-valuetext={place?.words ?? 'none'}
        onKeyDown={onKeyDown}
        className="px-2 pt-3 pb-1 -outline-offset-2"
      >
        <UplotChart
          lines={lines}
          windowS={WINDOW_MS / 1000}
          heightPx={HEIGHT_PX}
          read={read}
          crosshairS={() => (place === null ? null : (place.atMs - drawn.current.nowMs) / 1000)}
          onPoint={onPoint}
        />
      </div>
      <p data-testid="crosshair" className="min-h-10 px-4 pt-1 pb-2 text-xs text-ink-muted @2xl:min-h-7">
        {place?.words ?? 'Point at an event, or move from one to the next with the arrow keys.'}
      </p>
      <Legend names={[...lanes.keys()]} />
    </ChartFigure>
  );
}

function Legend({ names }: { readonly names: readonly LaneName[] }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 border-t border-line px-4 py-2 text-xs">
      {names.map((name) => (
        <li key={name} className="flex items-center gap-2">
          <LaneSwatch name={name} />
          {LANE_TITLES[name]}
        </li>
      ))}
    </ul>
  );
}

function lineOf(drawn: readonly LatencyPoint[], nowMs: number): LineData {
  const points = drawn.map(({ atMs, latencyMs }) => ({ x: (atMs - nowMs) / 1000, y: latencyMs }));
  const broken = points.flatMap((point, index): { x: number; y: number | null }[] => {
    const before = points[index - 1];
    const isAfterSilence = before !== undefined && point.x - before.x > SILENCE_S;
    return isAfterSilence ? [{ x: (before.x + point.x) / 2, y: null }, point] : [point];
  });
  return { xs: broken.map(({ x }) => x), ys: broken.map(({ y }) => y) };
}

function labelOf(lanes: ReadonlyMap<LaneName, FeedStore>): string {
  const parts = [...lanes].map(([name, feed]) => {
    const { latencyMsP95 } = feed.state.getState().figures;
    return `${LANE_TITLES[name]}: ${latencyMsP95 === null ? 'no event' : `95 % within ${formatMs(latencyMsP95)}`}`;
  });
  return `${parts.join('; ')}.`;
}
