'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import type { Produced } from '#lib/client/calibrator.ts';
import { formatCount, formatMs } from '#lib/client/format.ts';
import type { RaceRun } from '#lib/client/race.ts';
import { resultsOf } from '#lib/client/race-results.ts';
import { verdict } from '#lib/client/verdict.ts';
import { ExportButton } from './export-button.tsx';

/** Sentences are read, so they change slowly; ms. */
const VERDICT_MS = 2000;

interface VerdictCardProps {
  readonly run: RaceRun;
  readonly isPaused: boolean;
  /** Stands at the right of the title. */
  readonly children: ReactNode;
}

/** What the race has shown so far, in sentences. */
export function VerdictCard({ run, isPaused, children }: VerdictCardProps) {
  const [{ sentences: said, produced, ageMs }, setSnapshot] = useState(() => snapshotOf(run));
  const [conditions, ...sentences] = said;
  useEffect(() => {
    if (isPaused) return;
    const timer = setInterval(() => setSnapshot(snapshotOf(run)), VERDICT_MS);
    return () => clearInterval(timer);
  }, [run, isPaused]);
  return (
    <Card
      title="Verdict"
      level="h2"
      aside={
        <span className="flex gap-2">
          <ExportButton run={run} />
          {children}
        </span>
      }
    >
      <div data-testid="verdict" className="px-4 py-3">
        <p className="wrap-anywhere text-ink-muted">{conditions}</p>
        <ul className="mt-2 list-disc gap-x-10 pl-5 @4xl:columns-2">
          {sentences.map((sentence) => (
            <li key={sentence} className="mb-1 break-inside-avoid">
              {sentence}
            </li>
          ))}
        </ul>
        <ProducedLine produced={produced} ageMs={ageMs} />
      </div>
    </Card>
  );
}

/** The count is a little older than the sentences, and says so: else it would seem that lanes get what is not there. */
function ProducedLine({ produced, ageMs }: Pick<Snapshot, 'produced' | 'ageMs'>) {
  return (
    <p className="mt-2 text-xs text-ink-muted">
      Since the start the record log has got{' '}
      <data data-testid="produced" value={produced.events}>
        {produced.isExact ? '' : 'over '}
        {formatCount(produced.events)}
      </data>{' '}
      {produced.events === 1 ? 'event' : 'events'} of this feed
      {ageMs === null ? '.' : `, counted ${formatMs(ageMs)} before the sentences above.`}
    </p>
  );
}

interface Snapshot {
  readonly sentences: readonly string[];
  readonly produced: Produced;
  /** How long before the sentences were made what was produced was counted. */
  readonly ageMs: number | null;
}

function snapshotOf(run: RaceRun): Snapshot {
  const produced = run.produced();
  const ageMs = produced.asOfMs === null ? null : Math.max(0, Date.now() - produced.asOfMs);
  const sentences = verdict(run.conditions, resultsOf(run), Date.now() - run.startedAtMs);
  return { sentences, produced, ageMs };
}
