'use client';

import { useEffect, useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import { announcer } from '#lib/client/announcer.ts';
import { formatTimeOfDay } from '#lib/client/format.ts';
import type { PodView } from '#lib/client/pods-model.ts';
import type { FaultOutcome } from '#lib/protocol/control.ts';
import { FAULT_MS, FaultButton } from './fault-button.tsx';
import { killBrokerObstacle } from './obstacles.ts';

interface FaultsCardProps {
  readonly pods: readonly PodView[];
  readonly outcomes: readonly FaultOutcome[];
}

/** What was done on purpose, newest first, in a box of a fixed height; and what is done to no pod. */
export function FaultsCard({ pods, outcomes }: FaultsCardProps) {
  useAnnouncement(outcomes[0]);
  return (
    <Card title="Faults" level="h2">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-2 px-4 py-3 lg:grid-cols-[18rem_minmax(0,1fr)]">
        <FaultButton
          label="Kill the broker for 5 s"
          fault={{ kind: 'kill-broker', forMs: FAULT_MS }}
          obstacle={killBrokerObstacle(pods)}
        />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
        <ol aria-label="What was done, newest first" tabIndex={0} className="h-28 overflow-y-auto lg:pt-1.5">
          {outcomes.length === 0 && (
            <li className="text-ink-muted">What is broken on purpose is told here, newest first.</li>
          )}
          {outcomes.map((outcome) => (
            <li key={`${outcome.id} ${outcome.state}`} data-state={outcome.state} className="flex gap-3 py-0.5">
              <time className="shrink-0 text-ink-muted">{formatTimeOfDay(outcome.atMs).slice(0, 8)}</time>
              <span className={`min-w-0 break-words ${outcome.state === 'failed' ? 'text-loss' : ''}`}>
                {outcome.state === 'failed' ? `Not done: ${outcome.words}` : outcome.words}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </Card>
  );
}

/** What was told before this page was opened is no news. */
function useAnnouncement(newest: FaultOutcome | undefined): void {
  const [openedAtMs] = useState(() => Date.now());
  const words = newest !== undefined && newest.atMs >= openedAtMs ? newest.words : null;
  useEffect(() => {
    if (words !== null) announcer.announce(words);
  }, [words]);
}
