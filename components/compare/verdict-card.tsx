'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import type { Produced } from '#lib/client/calibrator.ts';
import { formatCount, formatMs } from '#lib/client/format.ts';
import type { RaceRun } from '#lib/client/race.ts';
import { resultsOf } from '#lib/client/race-results.ts';
import { verdict } from '#lib/client/verdict.ts';
import { ExportButton } from './export-button.tsx';
import { CONDITIONS_LOOK, COUNT_LOOK, LIST_LOOK, ReservedVerdict, SENTENCE_LOOK } from './reserved-verdict.tsx';

/** Sentences are read, so they change slowly; ms. */
const VERDICT_MS = 2000;

interface VerdictCardProps {
  readonly run: RaceRun;
  readonly hasBegun: boolean;
  readonly isPaused: boolean;
  /** Stands at the right of the title. */
  readonly children: ReactNode;
}

/** What the race has shown so far, in sentences. */
export function VerdictCard({ run, hasBegun, isPaused, children }: VerdictCardProps) {
  const [snapshot, setSnapshot] = useState(() => (hasBegun ? snapshotOf(run) : null));
  useEffect(() => {
    if (isPaused || !hasBegun) return;
    const timer = setInterval(() => setSnapshot(snapshotOf(run)), VERDICT_MS);
    return () => clearInterval(timer);
  }, [run, hasBegun, isPaused]);
  return (
    <Card
      title="Verdict"
      level="h2"
      aside={
        <span className="flex gap-2">
          <ExportButton run={run} isDisabled={!hasBegun} isPaused={isPaused} />
          {children}
        </span>
      }
    >
      <div data-testid="verdict" className="grid px-4 py-3 [&>*]:[grid-area:1/1]">
        <ReservedVerdict run={run} />
        {snapshot === null ? (
          <p className="text-ink-muted">Asking the server where the feed stands…</p>
        ) : (
          // Set anew with each change: a sentence that grows is no reason to watch the others move.
          <Said key={snapshot.sentences.join(' ')} {...snapshot} />
        )}
      </div>
    </Card>
  );
}

function Said({ sentences: [conditions, ...sentences], produced, ageMs }: Snapshot) {
  return (
    <div className="flex flex-col">
      <p className={CONDITIONS_LOOK}>{conditions}</p>
      <ul className={LIST_LOOK}>
        {sentences.map((sentence) => (
          <li key={sentence} className={SENTENCE_LOOK}>
            {sentence}
          </li>
        ))}
      </ul>
      {/* The count is a little older than the sentences, and says so: else lanes seem to get what is not there. */}
      <p className={`mt-auto ${COUNT_LOOK}`}>
        Stored since the start:{' '}
        <data data-testid="produced" value={produced.events}>
          {produced.isExact ? '' : 'over '}
          {formatCount(produced.events)}
        </data>{' '}
        {produced.events === 1 ? 'event' : 'events'}
        {ageMs === null
          ? '.'
          : `, counted ${formatMs(ageMs)} before the sentences above, so that a lane may be ahead of it.`}
      </p>
    </div>
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
