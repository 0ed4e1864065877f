import type { Clock } from './clock.ts';

/**
 * Runs `run` at once when asked after a pause, and else at the end of the interval: what comes alone is shown without
 * delay, what comes in crowds at most once in `intervalMs`. Ends with `signal`.
 */
export function throttle(clock: Clock, intervalMs: number, signal: AbortSignal, run: () => void): () => void {
  let ranAtMs = Number.NEGATIVE_INFINITY;
  let isPlanned = false;
  const runNow = (): void => {
    isPlanned = false;
    ranAtMs = clock.nowMs();
    run();
  };
  return () => {
    if (isPlanned) return;
    const waitMs = ranAtMs + intervalMs - clock.nowMs();
    isPlanned = waitMs > 0;
    if (isPlanned) clock.after(waitMs, signal, runNow);
    else runNow();
  };
}
