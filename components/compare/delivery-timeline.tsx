'use client';

import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { ChartFigure } from '#components/charts/chart-figure.tsx';
import { laneMarks, producedMarks, type RowShape } from '#components/charts/timeline-marks.ts';
import { paintRow, TimelineRow, writeRow } from '#components/charts/timeline-row.tsx';
import { FIGURES_MS } from '#lib/client/feed-store.ts';
import { formatSeconds } from '#lib/client/format.ts';
import { useDrawing } from '#lib/client/hooks/use-drawing.ts';
import { TIMELINE_MS } from '#lib/client/lane-timeline.ts';
import { LANE_TITLES, type LaneName } from '#lib/client/lanes.ts';
import type { RaceRun } from '#lib/client/race.ts';
import type { TimelineView } from '#lib/client/timeline.ts';
import {
  countWords,
  rowWords,
  summaryOf,
  type TimelineSummary,
  timelineSentence,
} from '#lib/client/timeline-summary.ts';
import { LANE_LINES, LaneSwatch } from './lane-swatch.tsx';
import { TimelineAxis, TimelineLegend } from './timeline-legend.tsx';
import { TimelineTable } from './timeline-table.tsx';

/** The label is read aloud, the table is read slowly; ms. */
const LABEL_MS = 5000;
const TABLE_MS = 1000;

const PRODUCED = 'produced';
const SHAPES: Record<LaneName, RowShape> = { sse: 'stream', 'long-poll': 'bars', poll: 'ticks', article: 'foil' };
/** Bars as strong as the lines in the chart above. */
const LINK_PX: Partial<Record<LaneName, number>> = { sse: 10, article: 3 };

interface DeliveryTimelineProps {
  readonly run: RaceRun;
  readonly isPaused: boolean;
}

/**
 * The last seconds, event by event and request by request. Drawn past React, from what the timeline holds at the
 * moment of the drawing; words and table are renewed slowly, and freeze with the picture.
 */
export function DeliveryTimeline({ run, isPaused }: DeliveryTimelineProps) {
  const { timeline } = run;
  const rows = useRef<HTMLUListElement>(null);
  const frozen = useRef<TimelineView | null>(null);
  const wroteAtMs = useRef(0);
  const [isTableOpen, setTableOpen] = useState(false);
  const [summary, setSummary] = useState<TimelineSummary>(() => summaryOf(timeline.view(Date.now())));
  const [label, setLabel] = useState(() => timelineSentence(summary));

  const read = (): TimelineView => frozen.current ?? timeline.view(Date.now());
  const renewLabel = useEffectEvent(() => setLabel(timelineSentence(summaryOf(read()))));
  const renewTable = useEffectEvent(() => setSummary(summaryOf(read())));

  useEffect(() => {
    frozen.current = isPaused ? timeline.view(Date.now()) : null;
    renewLabel();
    if (isPaused) return;
    const timer = setInterval(renewLabel, LABEL_MS);
    return () => clearInterval(timer);
  }, [timeline, isPaused]);

  // After the effect above: what it has frozen is what the table shows.
  useEffect(() => {
    if (!isTableOpen) return;
    renewTable();
    if (isPaused) return;
    const timer = setInterval(renewTable, TABLE_MS);
    return () => clearInterval(timer);
  }, [isPaused, isTableOpen]);

  useDrawing(rows, !isPaused, () => {
    if (rows.current === null) return;
    const view = read();
    paint(rows.current, view);
    const isDue = isPaused || view.nowMs - wroteAtMs.current >= FIGURES_MS;
    if (!isDue) return;
    wroteAtMs.current = view.nowMs;
    write(rows.current, summaryOf(view));
  });

  return (
    <ChartFigure
      title="Delivery timeline"
      about={`when each event was produced, and when it arrived; last ${formatSeconds(TIMELINE_MS)}`}
      label={`Delivery timeline. ${label}`}
      testId="timeline"
      isTableOpen={isTableOpen}
      onTable={setTableOpen}
      table={<TimelineTable summary={summary} />}
    >
      <ul ref={rows} className="min-w-0">
        <TimelineRow name={PRODUCED} shape="produced" colorVariable="--ink" title={<ProducedTitle />} />
        {[...run.lanes.keys()].map((name) => (
          <TimelineRow
            key={name}
            name={name}
            shape={SHAPES[name]}
            colorVariable={LANE_LINES[name].colorVariable}
            linkPx={LINK_PX[name]}
            title={
              <>
                <LaneSwatch name={name} />
                {LANE_TITLES[name]}
              </>
            }
          />
        ))}
      </ul>
      <TimelineAxis />
      <TimelineLegend hasFoil={run.lanes.has('article')} />
    </ChartFigure>
  );
}

function ProducedTitle() {
  return (
    <>
      <svg viewBox="0 0 28 8" className="h-2 w-7 shrink-0" aria-hidden="true" fill="currentColor">
        <circle cx="4" cy="4" r="2.25" />
        <circle cx="14" cy="4" r="2.25" />
        <circle cx="24" cy="4" r="2.25" />
      </svg>
      Produced
    </>
  );
}

function paint(list: HTMLElement, { nowMs, produced, lanes }: TimelineView): void {
  const widthPx = list.querySelector('[data-track]')?.clientWidth ?? 0;
  for (const row of list.querySelectorAll<HTMLElement>('[data-row]')) {
    const name = row.dataset.row as LaneName | typeof PRODUCED;
    if (name === PRODUCED) paintRow(row, producedMarks(produced, { nowMs, widthPx }));
    else {
      const lane = lanes.get(name);
      if (lane !== undefined) paintRow(row, laneMarks(lane, SHAPES[name], { nowMs, widthPx }));
    }
  }
}

function write(list: HTMLElement, { produced, lanes }: TimelineSummary): void {
  for (const row of list.querySelectorAll<HTMLElement>('[data-row]')) {
    const lane = lanes.get(row.dataset.row as LaneName);
    if (lane === undefined) writeRow(row, countWords(produced, 'event'), { events: produced });
    else {
      const { events, requests, empty, failed, missed } = lane;
      writeRow(row, rowWords(lane), { events, requests, empty, failed, missed });
    }
  }
}
