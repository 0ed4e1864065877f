'use client';

import { useCallback, useEffect, useMemo, useState } from 'react';
import { type LineData, UplotChart } from '#components/charts/uplot-chart.tsx';
import type { FeedStore } from '#lib/client/feed-store.ts';
import { formatMs } from '#lib/client/format.ts';
import { LANE_TITLES, type LaneName } from '#lib/client/lanes.ts';
import { WINDOW_MS } from '#lib/client/stats.ts';
import { LANE_LINES, LaneSwatch } from './lane-swatch.tsx';

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
  const [label, setLabel] = useState('No event yet.');
  const lines = useMemo(() => [...lanes.keys()].map((name) => LANE_LINES[name]), [lanes]);
  const read = useCallback((): readonly LineData[] | null => {
    if (isPaused) return null;
    const nowMs = Date.now();
    return [...lanes.values()].map((feed) => pointsOf(feed, nowMs));
  }, [lanes, isPaused]);

  useEffect(() => {
    const timer = setInterval(() => setLabel(labelOf(lanes)), LABEL_MS);
    return () => clearInterval(timer);
  }, [lanes]);

  return (
    <figure
      aria-label={`Latency of each event by lane, last 60 s. ${label}`}
      className="flex min-w-0 flex-col rounded-lg border border-line bg-surface"
    >
      <figcaption className="flex min-h-10 flex-wrap items-center justify-between gap-x-6 gap-y-1 border-b border-line px-4 py-2">
        <span className="font-medium">Latency</span>
        <ul className="flex flex-wrap gap-x-5 gap-y-1 text-xs">
          {[...lanes.keys()].map((name) => (
            <li key={name} className="flex items-center gap-2">
              <LaneSwatch name={name} />
              {LANE_TITLES[name]}
            </li>
          ))}
        </ul>
        <span className="text-xs text-ink-muted">produced → arrived here, by time of production, last 60 s</span>
      </figcaption>
      <div className="px-2 py-3">
        <UplotChart lines={lines} windowS={WINDOW_MS / 1000} heightPx={HEIGHT_PX} read={read} />
      </div>
    </figure>
  );
}

/** By time of production: the same event stands at the same place in every lane. */
function pointsOf(feed: FeedStore, nowMs: number): LineData {
  const points = feed
    .samples(nowMs)
    .flatMap(({ arrivedAtMs, latencyMs }) =>
      latencyMs === null ? [] : [{ x: (arrivedAtMs - latencyMs - nowMs) / 1000, y: latencyMs }],
    )
    .sort((a, b) => a.x - b.x);
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
