'use client';

import { StateShape } from '#components/status/state-shape.tsx';
import { Button } from '#components/ui/button.tsx';
import { type Connection, initialConnection } from '#lib/client/connection-state.ts';
import { useNow } from '#lib/client/hooks/use-now.ts';
import { connectionWords } from '#lib/client/words.ts';

interface OpsConnectionProps {
  /** Null before the first effect. */
  readonly connection: Connection | null;
  readonly onRetry: () => void;
}

/** The state of the one stream that all pods are heard over. */
export function OpsConnection({ connection, onRetry }: OpsConnectionProps) {
  const shown = connection ?? initialConnection(0);
  const nowMs = useNow(shown.state === 'stale' || shown.state === 'reconnecting');
  const hasFailed = shown.closeReason === 'failed';
  const hue = shown.state === 'live' ? 'text-live' : hasFailed ? 'text-loss' : 'text-ink';
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2">
      <span
        data-testid="connection"
        data-state={shown.state}
        className={`fade-state inline-flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-3 font-medium ${hue}`}
      >
        <StateShape state={shown.state} />
        {connectionWords(shown, Math.max(nowMs, shown.sinceMs), null)}
      </span>
      {(shown.state === 'reconnecting' || hasFailed) && <Button onClick={onRetry}>Retry now</Button>}
    </div>
  );
}
