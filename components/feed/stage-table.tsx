'use client';

import { Card } from '#components/ui/card.tsx';
import { formatCount, formatMs } from '#lib/client/format.ts';
import { useFeed } from '#lib/client/hooks/use-feed.ts';
import { STAGES } from '#lib/client/stages.ts';
import { STAGE_FILL, STAGE_WORDS } from './stage-words.ts';

/** Where the time goes, over the events of the last minute. */
export function StageTable({ level }: { readonly level: 'h2' | 'h3' }) {
  const stages = useFeed((state) => state.stages);
  return (
    <Card title="Latency by stage" level={level} aside="last 60 s">
      <div className="px-4 py-2">
        <table className="w-full text-right whitespace-nowrap" data-testid="stage-table">
          <thead className="text-xs text-ink-muted">
            <tr>
              <th scope="col" className="py-1 text-left font-normal">
                Stage
              </th>
              <th scope="col" className="py-1 pl-4 font-normal">
                p50
              </th>
              <th scope="col" className="py-1 pl-4 font-normal">
                p95
              </th>
              <th scope="col" className="hidden py-1 pl-4 font-normal @sm:table-cell">
                Events
              </th>
            </tr>
          </thead>
          <tbody>
            {STAGES.map((stage) => (
              <tr key={stage} data-stage={stage} className="border-t border-line">
                <th scope="row" className="py-1.5 text-left font-normal">
                  <span className="flex items-center gap-2">
                    <span
                      className={`size-2.5 shrink-0 rounded-xs border border-line-strong ${STAGE_FILL[stage]}`}
                      aria-hidden="true"
                    />
                    {STAGE_WORDS[stage]}
                  </span>
                </th>
                <td className="py-1.5 pl-4 font-medium">{msOf(stages[stage].latencyMsP50)}</td>
                <td className="py-1.5 pl-4 font-medium">{msOf(stages[stage].latencyMsP95)}</td>
                <td className="hidden py-1.5 pl-4 text-ink-muted @sm:table-cell">
                  {formatCount(stages[stage].events)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-auto border-t border-line px-4 py-2 text-xs leading-5 text-ink-muted">
        From <code>producedAtMs</code> in the payload to the record’s timestamp, to the pod that took it, to this page.
        The timestamp is the broker’s where the topic has <code>LogAppendTime</code>, as the demo’s has; else the
        producer’s, and the first stage is none. Clocks that disagree are set against each other.
      </p>
    </Card>
  );
}

function msOf(ms: number | null): string {
  return ms === null ? '–' : formatMs(ms);
}
