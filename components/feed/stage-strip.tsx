'use client';

import { formatMs } from '#lib/client/format.ts';
import { STAGES, type StageTimes } from '#lib/client/stages.ts';
import { STAGE_FILL, STAGE_WORDS } from './stage-words.ts';

/** No stage that took any time is too narrow to be seen, in percent of the strip. */
const SEEN_MIN_PERCENT = 2;

interface StageStripProps {
  /** null: not known. */
  readonly stages: StageTimes | null;
  readonly isStored: boolean;
}

/** Where the time of one event went: a bar in proportion, and each stage in words. */
export function StageStrip({ stages, isStored }: StageStripProps) {
  const totalMs = STAGES.reduce((sum, stage) => sum + (stages?.[stage] ?? 0), 0);
  return (
    <div className="border-t border-line px-4 py-3" data-testid="stage-strip">
      <div className="flex h-2.5 overflow-hidden rounded-sm border border-line bg-sunken" aria-hidden="true">
        {STAGES.map((stage) => (
          <span
            key={stage}
            className={STAGE_FILL[stage]}
            style={{ width: `${percentOf(stages?.[stage], totalMs)}%` }}
          />
        ))}
      </div>
      <dl className="mt-2 grid grid-cols-3 gap-x-3 text-xs">
        {STAGES.map((stage) => (
          <div key={stage} className="min-w-0">
            <dt className="flex min-h-8 items-center gap-1.5 text-ink-muted @3xl:min-h-0">
              <span
                className={`size-2.5 shrink-0 rounded-xs border border-line-strong ${STAGE_FILL[stage]}`}
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

function percentOf(ms: number | null | undefined, totalMs: number): number {
  if (ms === null || ms === undefined || ms === 0) return 0;
  return Math.max(SEEN_MIN_PERCENT, (100 * ms) / totalMs);
}

function wordsOf(ms: number | null | undefined, isStored: boolean): string {
  if (isStored) return 'stored';
  return ms === null || ms === undefined ? '–' : formatMs(ms);
}
