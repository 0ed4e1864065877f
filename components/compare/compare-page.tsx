'use client';

import { useSearchParams } from 'next/navigation';
import { useMemo } from 'react';
import { useRace } from '#lib/client/hooks/use-race.ts';
import { LANE_NAMES, type LaneName } from '#lib/client/lanes.ts';
import { ConditionsBar } from './conditions-bar.tsx';
import { readConditions } from './conditions-url.ts';
import { HowMeasured } from './how-measured.tsx';
import { RaceElsewhere } from './race-elsewhere.tsx';
import { RaceView } from './race-view.tsx';

/** The foil is there in the demo alone. */
const LANES_OUTSIDE_DEMO: readonly LaneName[] = LANE_NAMES.filter((name) => name !== 'article');

/** One feed over every transport at once, under conditions that are the same for all and kept in the URL. */
export function ComparePage({ isDemo }: { readonly isDemo: boolean }) {
  const query = useSearchParams();
  const conditions = useMemo(() => readConditions(query, isDemo), [query, isDemo]);
  const { phase, run, takeOver } = useRace(conditions, isDemo ? LANE_NAMES : LANES_OUTSIDE_DEMO);
  return (
    <div className="@container flex min-w-0 flex-col gap-4">
      <header>
        <h1 className="text-xl font-semibold tracking-tight">Polling beside SSE</h1>
        <p className="mt-1 max-w-prose text-ink-muted">
          The same events of one feed, from the same cursor, over every transport at once.
        </p>
      </header>
      <ConditionsBar conditions={conditions} isDemo={isDemo} />
      {conditions !== null && phase === 'elsewhere' && <RaceElsewhere onTakeOver={takeOver} />}
      {conditions !== null && phase !== 'elsewhere' && run === null && (
        <p className="rounded-lg border border-line bg-surface p-5 text-ink-muted">
          Asking the server where the feed stands…
        </p>
      )}
      {run !== null && <RaceView key={run.startedAtMs} run={run} />}
      <HowMeasured run={run} isDemo={isDemo} />
    </div>
  );
}
