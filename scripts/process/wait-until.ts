import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  /** Ends the wait by throwing its reason. */
  readonly signal?: AbortSignal;
  /** Ends the wait with an error: told when the thing waited for can never come any more. */
  readonly failure?: () => string | undefined;
}

/**
 * Asks again and again until the answer is not `undefined`.
 *
 * @throws Error that names what was waited for, after `timeoutMs` or on `failure`
 */
export async function waitUntil<T>(what: string, ask: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const endsAtMs = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const failure = options.failure?.();
    if (failure !== undefined) throw new Error(failure);
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= endsAtMs) throw new Error(`${what} did not come within ${options.timeoutMs / 1000} s.`);
    await delay(options.intervalMs ?? 100);
  }
}
