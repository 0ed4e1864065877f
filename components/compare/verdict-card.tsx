'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import { formatCount } from '#lib/client/format.ts';
import type { RaceRun } from '#lib/client/race.ts';
import { type LaneResult, verdict } from '#lib/client/verdict.ts';

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
  const [[conditions, ...sentences], setVerdict] = useState(() => verdictOf(run));
  const [produced, setProduced] = useState(run.produced);
  useEffect(() => {
    if (isPaused) return;
    const timer = setInterval(() => {
      setVerdict(verdictOf(run));
      setProduced(run.produced());
    }, VERDICT_MS);
    return () => clearInterval(timer);
  }, [run, isPaused]);
  return (
    <Card title="Verdict" level="h2" aside={children}>
      <div data-testid="verdict" className="px-4 py-3">
        <p className="wrap-anywhere text-ink-muted">{conditions}</p>
        <ul className="mt-2 list-disc gap-x-10 pl-5 @4xl:columns-2">
          {sentences.map((sentence) => (
            <li key={sentence} className="mb-1 break-inside-avoid">
              {sentence}
            </li>
          ))}
        </ul>
        <p className="mt-2 text-xs text-ink-muted">
          The record log has got{' '}
          <data data-testid="produced" value={produced.events}>
            {produced.isExact ? '' : 'over '}
            {formatCount(produced.events)}
          </data>{' '}
          events of this feed since the start, counted every 2 s.
        </p>
      </div>
    </Card>
  );
}

function verdictOf({ conditions, lanes, startedAtMs }: RaceRun): readonly string[] {
  const results = [...lanes].flatMap(([name, feed]): LaneResult[] => {
    const { figures, traffic, connection } = feed.state.getState();
    const { closeReason } = connection;
    return closeReason === 'stopped' ? [] : [{ name, figures, traffic, hasFailed: closeReason === 'failed' }];
  });
  return verdict(conditions, results, Date.now() - startedAtMs);
}
