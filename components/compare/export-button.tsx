'use client';

import { Download } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '#components/ui/button.tsx';
import type { RaceRun } from '#lib/client/race.ts';
import { type RaceMoment, raceExport, raceExportName } from '#lib/client/race-export.ts';
import { resultsOf } from '#lib/client/race-results.ts';

interface ExportButtonProps {
  readonly run: RaceRun;
  readonly isDisabled: boolean;
  readonly isPaused: boolean;
}

/** Saves the comparison as it is shown, as JSON: now, or when it was paused. */
export function ExportButton({ run, isDisabled, isPaused }: ExportButtonProps) {
  const paused = useRef<RaceMoment | null>(null);
  useEffect(() => {
    // The lanes' figures stand still: beside what is produced meanwhile they would look like a loss.
    paused.current = isPaused ? momentOf(run) : null;
  }, [run, isPaused]);
  const exportIt = (): void => save(paused.current ?? momentOf(run));
  return (
    <Button data-hint="Save this comparison as JSON" disabled={isDisabled} onClick={exportIt}>
      <Download className="size-4" aria-hidden="true" />
      Export
    </Button>
  );
}

function momentOf(run: RaceRun): RaceMoment {
  const { conditions, startedAtMs } = run;
  const about = { conditions, startedAtMs, nowMs: Date.now(), url: location.href };
  return { ...about, results: resultsOf(run), produced: run.produced(), producerClock: run.producerClock() };
}

function save(moment: RaceMoment): void {
  const exported = raceExport(moment);
  const file = new Blob([`${JSON.stringify(exported, null, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = raceExportName(exported);
  link.click();
  // The download holds the file by itself from here on.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
