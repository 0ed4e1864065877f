'use client';

import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { usePods } from '#lib/client/hooks/use-pods.ts';
import { type BalancerClock, PRESETS, type Preset } from '#lib/client/presets/presets.ts';
import type { PresetProgress } from './use-preset.ts';

interface PresetListProps {
  /** The one that was asked for last, by its name. */
  readonly asked: string | null;
  readonly progress: PresetProgress | null;
  readonly isRacing: boolean;
  readonly onAsk: (preset: Preset, clock: BalancerClock) => void;
}

/** What goes wrong by itself sooner or later, at the press of a button, with a verdict behind each. */
export function PresetList({ asked, progress, isRacing, onAsk }: PresetListProps) {
  const [isReal, setReal] = useState(false);
  const { pods } = usePods();
  const podCount = pods.filter(({ isGone }) => !isGone).length;
  const isRunning = progress?.state === 'running';
  return (
    <section aria-labelledby="presets-title">
      <h3 id="presets-title" className="font-medium">
        Presets
      </h3>
      <p className="mt-1 text-xs text-ink-muted">Each begins a race of its own, breaks it, and counts.</p>
      <ul className="mt-3 flex flex-col gap-3">
        {PRESETS.map((preset) => {
          const obstacle = obstacleOf(preset, podCount, isRacing);
          return (
            <li key={preset.name} data-preset={preset.name} className="rounded-md border border-line p-3">
              <div className="flex items-start justify-between gap-3">
                <div className="min-w-0">
                  <p className="font-medium">{preset.title}</p>
                  <p id={`${preset.name}-about`} className="text-xs text-ink-muted">
                    {obstacle ?? preset.about}
                  </p>
                </div>
                <Button
                  onClick={() => onAsk(preset, isReal ? 'real' : 'fast')}
                  disabled={obstacle !== null || isRunning}
                  aria-label={`Run: ${preset.title}`}
                  aria-describedby={`${preset.name}-about`}
                >
                  Run
                </Button>
              </div>
              {asked === preset.name && progress !== null && <Progress progress={progress} />}
            </li>
          );
        })}
      </ul>
      <label className="mt-3 flex items-center gap-2 text-xs text-ink-muted">
        <input type="checkbox" checked={isReal} onChange={() => setReal(!isReal)} />
        Load balancer at its real clock: 180 s, about 10 min each (else 4 s)
      </label>
    </section>
  );
}

function Progress({ progress }: { readonly progress: PresetProgress }) {
  return (
    <div data-testid="preset-progress" data-state={progress.state} className="mt-2 border-t border-line pt-2">
      {progress.state === 'done' ? (
        <ul data-missed={progress.verdict.missed} data-article-missed={progress.verdict.articleMissed}>
          {progress.verdict.sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <p className={progress.state === 'failed' ? 'text-loss' : 'text-ink-muted'}>{progress.words}</p>
      )}
    </div>
  );
}

function obstacleOf({ needsPods }: Preset, podCount: number, isRacing: boolean): string | null {
  if (!isRacing) return 'There is no race to break here.';
  return needsPods && podCount < 2 ? 'It takes two pods: npm run demo -- --pods 2, on Kafka.' : null;
}
