import { useEffect, useState } from 'react';
import { PresetError, PresetHands, type PresetVerdict } from '#lib/client/presets/preset.ts';
import type { BalancerClock, Preset } from '#lib/client/presets/presets.ts';
import { publishEvent } from '#lib/client/publish.ts';
import type { RaceRun } from '#lib/client/race.ts';

/** A preset that was asked for, on the race that it needs. */
export interface AskedPreset {
  readonly preset: Preset;
  readonly clock: BalancerClock;
  /** The feed that it is done on. */
  readonly feedId: string;
  /** The race that was there before: it is done on the next one. */
  readonly before: RaceRun | null;
}

/** How far a preset has come. */
export type PresetProgress =
  | { readonly state: 'running'; readonly words: string }
  | { readonly state: 'done'; readonly verdict: PresetVerdict }
  | { readonly state: 'failed'; readonly words: string };

const BEGINNING: PresetProgress = { state: 'running', words: 'Beginning a race of its own…' };

/** Runs what was asked for once its race has begun. */
export function usePreset(asked: AskedPreset | null, run: RaceRun | null): PresetProgress | null {
  const [progress, setProgress] = useState<PresetProgress | null>(null);
  const isItsRace = asked !== null && run !== null && run !== asked.before && run.conditions.feedId === asked.feedId;
  useEffect(() => {
    setProgress(asked === null ? null : BEGINNING);
  }, [asked]);
  useEffect(() => {
    if (asked === null || run === null || !isItsRace) return;
    const life = new AbortController();
    const { signal } = life;
    const hands = new PresetHands({
      run,
      signal,
      say: (words) => setProgress({ state: 'running', words }),
      publish: (value) => publishTo(asked.feedId, value),
    });
    asked.preset.run(hands, asked.clock).then(
      (verdict) => setProgress({ state: 'done', verdict }),
      (error: Error) => {
        if (!signal.aborted) setProgress({ state: 'failed', words: error.message });
      },
    );
    return () => {
      life.abort();
      setProgress((now) =>
        now?.state === 'running' ? { state: 'failed', words: 'Ended: another race has begun.' } : now,
      );
    };
  }, [asked, run, isItsRace]);
  return progress;
}

/** @returns the pod that has taken it */
async function publishTo(id: string, value: object): Promise<string> {
  const published = await publishEvent(id, JSON.stringify({ id, ...value }), false);
  if (published.kind === 'stored') return published.pod;
  throw new PresetError(published.reason);
}
