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
const OVERTAKEN: PresetProgress = { state: 'failed', words: 'Ended: another race has begun.' };

/** Runs what was asked for on the first race that begins afterwards, and on no later one, whatever its feed. */
export function usePreset(asked: AskedPreset | null, run: RaceRun | null): PresetProgress | null {
  const [progress, setProgress] = useState<PresetProgress | null>(null);
  const [taken, setTaken] = useState<{ readonly asked: AskedPreset; readonly run: RaceRun } | null>(null);
  if (asked !== null && run !== null && run !== asked.before && taken?.asked !== asked) setTaken({ asked, run });
  const isOn = taken !== null && taken.asked === asked && taken.run === run;
  useEffect(() => {
    setProgress(asked === null ? null : BEGINNING);
  }, [asked]);
  useEffect(() => {
    if (!isOn || taken === null) return;
    const { asked, run } = taken;
    if (run.conditions.feedId !== asked.feedId) {
      setProgress(OVERTAKEN);
      return;
    }
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
      setProgress((now) => (now?.state === 'running' ? OVERTAKEN : now));
    };
  }, [taken, isOn]);
  return progress;
}

/** @returns the pod that has taken it */
async function publishTo(id: string, value: object): Promise<string> {
  const published = await publishEvent(id, JSON.stringify({ id, ...value }), false);
  if (published.kind === 'stored') return published.pod;
  throw new PresetError(published.reason);
}
