'use client';

import { useNow } from '#lib/client/hooks/use-now.ts';
import type { PodView } from '#lib/client/pods-model.ts';
import { FAULT_MS, FaultButton } from './fault-button.tsx';
import { killPodObstacle, stopConsumerObstacle } from './obstacles.ts';
import { PodFigures } from './pod-figures.tsx';
import { PodState } from './pod-state.tsx';

/** One pod: whether it lives, whether it is ready and why, its numbers, and what can be done to it. */
export function PodCard({ pod, isDemo }: { readonly pod: PodView; readonly isDemo: boolean }) {
  const nowMs = useNow(pod.isGone);
  const { pod: name } = pod;
  return (
    <article
      aria-label={name}
      data-pod={name}
      data-state={pod.isGone ? 'gone' : pod.status}
      className="flex min-w-0 flex-col rounded-lg border border-line bg-surface"
    >
      <header className="flex flex-col gap-1 border-b border-line px-4 py-3">
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
          <h2 className="min-w-0 break-all font-mono font-medium">{name}</h2>
          <PodState pod={pod} silentMs={Math.max(nowMs, pod.lastSeenAtMs) - pod.lastSeenAtMs} />
        </div>
        <p data-testid="reason" className="min-h-10 break-words text-ink-muted">
          {pod.isGone ? 'What is shown is what it told last.' : pod.reason}
        </p>
      </header>
      <PodFigures pod={pod} />
      {isDemo && (
        <footer className="grid grid-cols-[minmax(0,1fr)] gap-3 border-t border-line px-4 py-3 sm:grid-cols-2">
          <FaultButton
            label="Kill this pod"
            about={name}
            fault={{ kind: 'kill-pod', pod: name }}
            obstacle={killPodObstacle(pod)}
          />
          <FaultButton
            label="Stop its consumer for 5 s"
            about={name}
            fault={{ kind: 'stop-consumer', pod: name, forMs: FAULT_MS }}
            obstacle={stopConsumerObstacle(pod)}
          />
        </footer>
      )}
    </article>
  );
}
