import { StateShape } from '#components/status/state-shape.tsx';
import { formatSeconds } from '#lib/client/format.ts';
import type { PodView } from '#lib/client/pods-model.ts';

/** How long it is shown of a pod that it was started again, ms. */
const RESTART_SHOWN_MS = 30_000;

/** Live and ready, each by a shape and a word: a pod may live and not be ready. */
export function PodState({ pod, silentMs }: { readonly pod: PodView; readonly silentMs: number }) {
  const { isGone, draining, ready, status, restarts, uptimeMs } = pod;
  const hasFailed = isGone && !draining;
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 font-medium">
      {!isGone && restarts > 0 && uptimeMs < RESTART_SHOWN_MS && (
        <span data-testid="restarted" className="font-normal">
          Started again {formatSeconds(uptimeMs)} ago
        </span>
      )}
      <span data-testid="live" className={`inline-flex items-center gap-1.5 ${liveHue(pod)}`}>
        <StateShape state={isGone ? 'closed' : 'live'} />
        {isGone ? `${hasFailed ? 'No signal' : 'Shut down,'} for ${formatSeconds(silentMs)}` : 'Live'}
      </span>
      {!isGone && (
        <span data-testid="ready" className={`inline-flex items-center gap-1.5 ${ready ? 'text-live' : 'text-ink'}`}>
          <StateShape state={ready ? 'live' : 'connecting'} />
          {ready ? 'Ready' : 'Not ready'}
          {status !== 'ready' && <span className="font-normal text-ink-muted">{status}</span>}
        </span>
      )}
    </p>
  );
}

function liveHue({ isGone, draining }: PodView): string {
  if (!isGone) return 'text-live';
  return draining ? 'text-ink' : 'text-loss';
}
