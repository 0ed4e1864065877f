'use client';

import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { FaultsButton } from '#components/faults/faults-button.tsx';
import { useRace } from '#lib/client/hooks/use-race.ts';
import { idleRun } from '#lib/client/idle.ts';
import { LANE_NAMES, type LaneName } from '#lib/client/lanes.ts';
import type { RaceRun } from '#lib/client/race.ts';
import { BreakButton } from './break-button.tsx';
import { ConditionsBar } from './conditions-bar.tsx';
import { readConditions } from './conditions-url.ts';
import { HowMeasured } from './how-measured.tsx';
import { RaceElsewhere } from './race-elsewhere.tsx';
import { RaceRefused } from './race-refused.tsx';
import { RaceView } from './race-view.tsx';

/** Loaded when something is broken, as most visits break nothing. */
const BreakPanel = lazy(() => import('./break-panel.tsx').then((module) => ({ default: module.BreakPanel })));

/** The foil is there in the demo alone. */
const LANES_OUTSIDE_DEMO: readonly LaneName[] = LANE_NAMES.filter((name) => name !== 'article');

/** One feed over every transport at once, under conditions that are the same for all and kept in the URL. */
export function ComparePage({ isDemo }: { readonly isDemo: boolean }) {
  const query = useSearchParams();
  const lanes = isDemo ? LANE_NAMES : LANES_OUTSIDE_DEMO;
  const conditions = useMemo(() => readConditions(query, isDemo), [query, isDemo]);
  const { phase, run, refusal, takeOver, restart } = useRace(conditions, lanes);
  // One race is broken, and no other that follows it: under other conditions nobody has asked for that.
  const [broken, setBroken] = useState<RaceRun | 'next' | null>(isDemo && query.has('tour') ? 'next' : null);
  if (broken === 'next' && run !== null) setBroken(run);
  const breakButton = useRef<HTMLButtonElement>(null);
  const breakAnew = (): void => {
    restart();
    setBroken('next');
  };
  const endBreak = (): void => {
    setBroken(null);
    // The button that was pressed goes with its panel, and would take the focus with it.
    breakButton.current?.focus();
  };
  // Until the race begins its place is as large as the race will be: what is below it stays where it is.
  const idle = useMemo(() => (conditions === null ? null : idleRun(conditions, lanes)), [conditions, lanes]);
  const shown = run ?? idle;
  return (
    <div className="@container flex min-w-0 flex-col gap-4">
      <header className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">Polling beside SSE</h1>
          <p className="mt-1 max-w-prose text-ink-muted">The same events of one feed, over every transport at once.</p>
        </div>
        {isDemo && (
          <div className="flex flex-wrap items-center gap-3">
            <FaultsButton run={run} onRestart={restart} />
            <BreakButton ref={breakButton} isDisabled={run === null} onBreak={breakAnew} />
          </div>
        )}
      </header>
      {run !== null && run === broken && (
        <Suspense>
          <BreakPanel run={run} onClose={endBreak} />
        </Suspense>
      )}
      <ConditionsBar conditions={conditions} isDemo={isDemo} />
      {shown !== null &&
        (phase === 'elsewhere' ? (
          <RaceElsewhere onTakeOver={takeOver} />
        ) : refusal !== null && run === null ? (
          <RaceRefused words={refusal} />
        ) : (
          <RaceView key={shown.startedAtMs} run={shown} hasBegun={run !== null} />
        ))}
      <HowMeasured run={shown} isDemo={isDemo} />
    </div>
  );
}
