'use client';

import { useState } from 'react';
import { ConnectionReason, ConnectionState, RetryButton } from '#components/status/connection-badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { durationParts, formatBytes, formatCount, formatMs } from '#lib/client/format.ts';
import { useFeed, useFeedStore } from '#lib/client/hooks/use-feed.ts';
import { useKey } from '#lib/client/hooks/use-key.ts';
import { LANE_TITLES, LANE_WAYS, type LaneName } from '#lib/client/lanes.ts';
import { gapWords } from '#lib/client/words.ts';
import { LaneSwatch } from './lane-swatch.tsx';

interface LaneCardProps {
  readonly name: LaneName;
  /** Its key. */
  readonly digit: string;
}

/** One lane in numbers. Switched off it lets go of its connection, and takes it up again where it was. */
export function LaneCard({ name, digit }: LaneCardProps) {
  const feed = useFeedStore();
  const [isOn, setOn] = useState(true);
  const toggle = (): void => {
    setOn(!isOn);
    feed.setConnected(!isOn);
  };
  useKey(digit, toggle);
  return (
    <section
      data-lane={name}
      aria-label={LANE_TITLES[name]}
      className="flex min-w-0 flex-col rounded-lg border border-line bg-surface"
    >
      <header className="flex flex-col gap-2 border-b border-line px-4 py-3">
        <div className="flex items-center justify-between gap-3">
          <h2 className="flex min-h-8 min-w-0 items-center gap-2 font-medium">
            <LaneSwatch name={name} />
            {LANE_TITLES[name]}
          </h2>
          <Button
            onClick={toggle}
            aria-pressed={isOn}
            aria-keyshortcuts={digit}
            aria-label={`${LANE_TITLES[name]}: on`}
          >
            {isOn ? 'On' : 'Off'}
            <Kbd>{digit}</Kbd>
          </Button>
        </div>
        <ConnectionState name={LANE_TITLES[name]} />
        {/* Three lines, whatever it says: neither a cut nor a gap may move what is below. */}
        <div className="flex h-12 items-start gap-3 text-xs [&>span]:line-clamp-3">
          <RetryButton />
          <LaneWords name={name} />
        </div>
      </header>
      <LaneFigures />
    </section>
  );
}

/** Why it is not live; else, for the rest of the race, what history it has lost; else what it does. */
function LaneWords({ name }: { readonly name: LaneName }) {
  const gap = useFeed((state) => state.lastGap);
  const hasReason = useFeed((state) => state.connection.reason !== null);
  if (gap === null || hasReason) return <ConnectionReason otherwise={LANE_WAYS[name]} />;
  return (
    <span data-kind="gap" className="min-w-0 text-loss">
      {gapWords(gap.reason, gap.resumesAt)}
    </span>
  );
}

function LaneFigures() {
  const figures = useFeed((state) => state.figures);
  const traffic = useFeed((state) => state.traffic);
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 px-4 py-3">
      <LatencyFigure label="Latency p50" testId="latency-p50" latencyMs={figures.latencyMsP50} />
      <LatencyFigure label="Latency p95" testId="latency-p95" latencyMs={figures.latencyMsP95} />
      <Figure label="Events" testId="events" value={formatCount(figures.events)} />
      <Figure label="Requests" testId="requests" value={formatCount(traffic.requests)} />
      <Figure label="Empty round trips" testId="empty" value={formatCount(traffic.emptyRoundTrips)} />
      <Figure label="Received" testId="bytes" value={formatBytes(traffic.bytes)} exact={traffic.bytes} />
      <Figure label="Missed" testId="missed" value={formatCount(figures.missed)} isLoss={figures.missed > 0} />
      <Figure label="Repeated" testId="repeated" value={formatCount(figures.repeated)} isLoss={figures.repeated > 0} />
      <Figure label="CPU here" testId="browser-busy" value={formatMs(traffic.browserBusyMs)} />
      <Figure
        label="CPU of the server"
        testId="server-busy"
        value={traffic.serverBusyMs === null ? '–' : formatMs(traffic.serverBusyMs)}
      />
    </dl>
  );
}

function LatencyFigure({ label, testId, latencyMs }: { label: string; testId: string; latencyMs: number | null }) {
  const { value, unit } = latencyMs === null ? { value: '–', unit: 'ms' } : durationParts(latencyMs);
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-muted">{label}</dt>
      <dd className="whitespace-nowrap">
        <span data-testid={testId} className="text-2xl leading-8 font-semibold tracking-tight">
          {value}
        </span>{' '}
        <span className="text-ink-muted">{unit}</span>
      </dd>
    </div>
  );
}

interface FigureProps {
  readonly label: string;
  readonly testId: string;
  readonly value: string;
  /** The number behind a rounded value. */
  readonly exact?: number;
  readonly isLoss?: boolean;
}

function Figure({ label, testId, value, exact, isLoss = false }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-muted">{label}</dt>
      <dd className={`font-medium whitespace-nowrap ${isLoss ? 'text-loss' : ''}`}>
        <data data-testid={testId} value={exact ?? value}>
          {value}
        </data>
      </dd>
    </div>
  );
}
