'use client';

import { usePods } from '#lib/client/hooks/use-pods.ts';
import { FaultsCard } from './faults-card.tsx';
import { OpsConnection } from './ops-connection.tsx';
import { OpsNotice } from './ops-notice.tsx';
import { PodCard } from './pod-card.tsx';
import { TotalsTiles } from './totals-tiles.tsx';

/** How the pods are: what they are together, what was done to them, and each of them. The pods are last: they may be many. */
export function OpsPage({ isDemo }: { readonly isDemo: boolean }) {
  const state = usePods({ isDemo });
  const { pods, outcomes, connection, retryNow } = state;
  const [only] = pods;
  return (
    <div className="flex flex-col gap-4">
      <header className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold tracking-tight">Ops</h1>
        <OpsNotice state={state} isDemo={isDemo} />
        {isDemo && <OpsConnection connection={connection} onRetry={retryNow} />}
        {!isDemo && (
          <p data-testid="only-pod" className="min-w-0 break-words text-ink-muted">
            Only the pod that answered{only === undefined ? '' : `: ${only.pod}`}
          </p>
        )}
      </header>
      <TotalsTiles pods={pods} />
      {isDemo && <FaultsCard pods={pods} outcomes={outcomes} />}
      <section aria-label="Pods" className="grid min-h-72 grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2">
        {pods.map((pod) => (
          <PodCard key={pod.pod} pod={pod} isDemo={isDemo} />
        ))}
      </section>
    </div>
  );
}
