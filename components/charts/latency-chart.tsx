'use client';

import { useCallback, useEffect, useState } from 'react';
import { formatMs } from '#lib/client/format.ts';
import { useFeed, useFeedStore } from '#lib/client/hooks/use-feed.ts';
import { WINDOW_MS } from '#lib/client/stats.ts';
import { type LineData, type LineStyle, UplotChart } from './uplot-chart.tsx';

const LABEL_MS = 5000;
const HEIGHT_PX = 224;
const LINES: readonly LineStyle[] = [{ colorVariable: '--lane-sse' }];

/** Latency of each event of the last minute. The label says the same in words, renewed every 5 s. */
export function LatencyChart() {
  const feed = useFeedStore();
  const isEmpty = useFeed((state) => state.figures.latencyMsP50 === null);
  const [label, setLabel] = useState('No event yet.');

  const read = useCallback((): readonly LineData[] | null => {
    if (feed.state.getState().isPaused) return null;
    const nowMs = Date.now();
    const samples = feed.samples(nowMs).filter((sample) => sample.latencyMs !== null);
    return [
      {
        xs: samples.map((sample) => (sample.arrivedAtMs - nowMs) / 1000),
        ys: samples.map((sample) => sample.latencyMs),
      },
    ];
  }, [feed]);

  useEffect(() => {
    const timer = setInterval(() => {
      const { latencyMsP50, latencyMsP95 } = feed.state.getState().figures;
      const isKnown = latencyMsP50 !== null && latencyMsP95 !== null;
      setLabel(
        isKnown
          ? `Half of the events of the last 60 s took ${formatMs(latencyMsP50)} or less, 95 % ${formatMs(latencyMsP95)} or less.`
          : 'No event with a time of production in the last 60 s.',
      );
    }, LABEL_MS);
    return () => clearInterval(timer);
  }, [feed]);

  return (
    <figure
      aria-label={`Latency of each event, last 60 s. ${label}`}
      className="flex min-w-0 flex-col rounded-lg border border-line bg-surface"
    >
      <figcaption className="flex min-h-10 items-center justify-between gap-3 border-b border-line px-4 py-2">
        <span className="font-medium">Latency</span>
        <span className="text-xs text-ink-muted">produced → arrived here, last 60 s</span>
      </figcaption>
      <div className="relative px-2 py-3">
        <UplotChart lines={LINES} windowS={WINDOW_MS / 1000} heightPx={HEIGHT_PX} read={read} />
        {isEmpty && (
          <p className="absolute inset-0 flex items-center justify-center px-4 pb-8 pl-16 text-center">
            <span className="rounded bg-surface px-2 py-1 text-ink-muted">No event in the last 60 s.</span>
          </p>
        )}
      </div>
    </figure>
  );
}
