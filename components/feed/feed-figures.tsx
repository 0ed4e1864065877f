'use client';

import { durationParts, formatCount, formatRate } from '#lib/client/format.ts';
import { useFeed } from '#lib/client/hooks/use-feed.ts';

/** The feed in numbers; each with its unit, none changing more than four times a second. */
export function FeedFigures() {
  const figures = useFeed((state) => state.figures);
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line @lg:grid-cols-3 @4xl:grid-cols-6">
      <Figure label="Events" testId="events" value={formatCount(figures.events)} unit="received" />
      <Figure label="Rate, last 5 s" testId="rate" value={formatRate(figures.ratePerS)} unit="events/s" />
      <LatencyFigure label="Latency p50" testId="latency-p50" latencyMs={figures.latencyMsP50} />
      <LatencyFigure label="Latency p95" testId="latency-p95" latencyMs={figures.latencyMsP95} />
      <LossFigure label="Missed" testId="missed" count={figures.missed} />
      <LossFigure label="Repeated" testId="repeated" count={figures.repeated} />
    </dl>
  );
}

interface FigureProps {
  readonly label: string;
  readonly testId: string;
  readonly value: string;
  readonly unit: string;
  readonly isLoss?: boolean;
}

function Figure({ label, testId, value, unit, isLoss = false }: FigureProps) {
  return (
    <div className="min-w-0 bg-surface px-4 py-3">
      <dt className="text-xs text-ink-muted">{label}</dt>
      <dd className={`mt-1 whitespace-nowrap ${isLoss ? 'text-loss' : ''}`}>
        <span data-testid={testId} className="text-2xl leading-8 font-semibold tracking-tight">
          {value}
        </span>{' '}
        <span className={isLoss ? '' : 'text-ink-muted'}>{unit}</span>
      </dd>
    </div>
  );
}

function LatencyFigure({ label, testId, latencyMs }: { label: string; testId: string; latencyMs: number | null }) {
  const { value, unit } = latencyMs === null ? { value: '–', unit: 'ms' } : durationParts(latencyMs);
  return <Figure label={label} testId={testId} value={value} unit={unit} />;
}

function LossFigure({ label, testId, count }: { label: string; testId: string; count: number }) {
  return (
    <Figure
      label={label}
      testId={testId}
      value={formatCount(count)}
      unit={count === 1 ? 'event' : 'events'}
      isLoss={count > 0}
    />
  );
}
