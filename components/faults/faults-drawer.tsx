'use client';

import { useEffect, useState } from 'react';
import { compareUrl } from '#components/compare/conditions-url.ts';
import { Drawer } from '#components/ui/drawer.tsx';
import { announcer } from '#lib/client/announcer.ts';
import type { BalancerClock, Preset } from '#lib/client/presets/presets.ts';
import type { RaceRun } from '#lib/client/race.ts';
import { randomId } from '#lib/client/random-id.ts';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';
import { OwnFault } from './own-fault.tsx';
import { PodFaults } from './pod-faults.tsx';
import { PresetList } from './preset-list.tsx';
import { type AskedPreset, usePreset } from './use-preset.ts';

interface FaultsDrawerProps {
  readonly run: RaceRun | null;
  /** Begins the same race anew. */
  readonly onRestart: () => void;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Breaks things on purpose, beside the race that shows what comes of it. */
export function FaultsDrawer({ run, onRestart, open, onOpenChange }: FaultsDrawerProps) {
  const [asked, setAsked] = useState<AskedPreset | null>(null);
  const progress = usePreset(asked, run);
  useEffect(() => {
    if (progress?.state === 'done') announcer.announce(progress.verdict.sentences.join(' '));
    if (progress?.state === 'failed') announcer.announce(progress.words);
  }, [progress]);

  function ask(preset: Preset, clock: BalancerClock): void {
    if (run === null) return;
    const own = `${preset.name}-${randomId()}`;
    const feedId = preset.feed === 'own' ? own : RACE_FEEDS.steady;
    setAsked({ preset, clock, feedId, before: run });
    // What a preset counts begins at nothing, also where the conditions stay the same.
    const { conditions } = run;
    if (conditions.feedId === feedId && conditions.rttMs === 0) onRestart();
    else window.history.pushState(null, '', compareUrl({ ...conditions, feedId, rttMs: 0 }));
  }

  return (
    <Drawer title="Faults" open={open} onOpenChange={onOpenChange}>
      <div className="flex flex-col gap-6">
        <PresetList asked={asked?.preset.name ?? null} progress={progress} isRacing={run !== null} onAsk={ask} />
        <OwnFault run={run} />
        <PodFaults />
      </div>
    </Drawer>
  );
}
