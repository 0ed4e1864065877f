'use client';

import { formatMs } from '#lib/client/format.ts';
import { STAGES, type Stage, type StageTimes } from '#lib/client/stages.ts';
import { STAGE_FILL, STAGE_WORDS } from './stage-words.ts';

interface StageStripProps {
  /** null: not known. */
  readonly stages: StageTimes | null;
  readonly isStored: boolean;
}

/** Where the time of one event went: a bar in proportion, and each stage in words. */
export function StageStrip({ stages, isStored }: StageStripProps) {
  return (
    <div className="border-t border-line px-4 py-3" data-testid="stage-strip">
      <div className="relative h-2.5 overflow-hidden rounded-sm border border-line bg-sunken" aria-hidden="true">
        {sharesOf(stages).map(({ stage, fromPercent, toPercent }) => (
          <span
            key={stage}
            className={`absolute inset-0 ${STAGE_FILL[stage]}`}
            // Cut out of the whole, so that nothing is laid out anew with each event.
            style={{ clipPath: `inset(0 ${100 - toPercent}% 0 ${fromPercent}%)` }}
          />
        ))}
      </div>
      <dl className="mt-2 grid grid-cols-3 gap-x-3 text-xs">
        {STAGES.map((stage) => (
          <div key={stage} className="min-w-0">
            <dt className="flex min-h-8 items-start gap-1.5 text-ink-muted @3xl:min-h-0">
              <span
                className={`mt-0.75 size-2.5 shrink-0 rounded-xs border border-line-strong ${STAGE_FILL[stage]}`}
                aria-hidden="true"
              />
              <span className="min-w-0">{STAGE_WORDS[stage]}</span>
            </dt>
            <dd data-stage={stage} className="mt-0.5 font-medium">
              {wordsOf(stages?.[stage], isStored)}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The place of each stage in the bar. */
function sharesOf(stages: StageTimes | null): { stage: Stage; fromPercent: number; toPercent: number }[] {
  const totalMs = STAGES.reduce((sum, stage) => sum + (stages?.[stage] ?? 0), 0);
  let toPercent = 0;
  return STAGES.map((stage) => {
    const fromPercent = toPercent;
    toPercent += totalMs === 0 ? 0 : (100 * (stages?.[stage] ?? 0)) / totalMs;
    return { stage, fromPercent, toPercent };
  });
}

function wordsOf(ms: number | null | undefined, isStored: boolean): string {
  if (isStored) return 'stored';
  return ms === null || ms === undefined ? '–' : formatMs(ms);
}
