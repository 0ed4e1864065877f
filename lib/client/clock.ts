/**
 * Time, as sources and stores are given it; tests give their own. Every timer ends with its signal, so that whoever
 * starts one cannot forget to stop it.
 */
export interface Clock {
  /** ms since 1970: the wall clock, which goes on while a laptop sleeps, so that the watchdog notices. */
  nowMs(): number;
  after(delayMs: number, signal: AbortSignal, run: () => void): void;
  every(intervalMs: number, signal: AbortSignal, run: () => void): void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, signal, run) {
    if (signal.aborted) return;
    const cancel = (): void => clearTimeout(timer);
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', cancel);
      run();
    }, delayMs);
    signal.addEventListener('abort', cancel, { once: true });
  },
  every(intervalMs, signal, run) {
    if (signal.aborted) return;
    const timer = setInterval(run, intervalMs);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  },
};
