import { setTimeout as delay } from 'node:timers/promises';

export interface WedgeWatchOptions {
  /** When reading last made progress, ms since 1970. */
  readonly lastProgressAtMs: () => number;
  /** Whether the broker answers somebody else, now. Must not hang. */
  readonly isBrokerThere: () => Promise<boolean>;
  /** Silence that gives reason to ask, ms. */
  readonly silenceMs: number;
  /** How long the broker must have answered others without any progress here, ms. */
  readonly wedgedMs: number;
  readonly now: () => number;
}

/**
 * Waits until a consumer is wedged: it lives, its broker answers others, and it reads nothing. An outage of the broker
 * is none: from its return on, the consumer has `wedgedMs` to find back by itself.
 *
 * @throws the reason of the signal
 */
export async function untilWedged(options: WedgeWatchOptions, signal: AbortSignal): Promise<void> {
  const { lastProgressAtMs, isBrokerThere, silenceMs, wedgedMs, now } = options;
  let answeredSinceMs: number | undefined;
  for (;;) {
    await delay(silenceMs / 5, undefined, { signal });
    const isSilent = now() - lastProgressAtMs() >= silenceMs;
    const isThere = isSilent && (await isBrokerThere());
    signal.throwIfAborted();
    if (!isThere || lastProgressAtMs() > (answeredSinceMs ?? 0)) answeredSinceMs = isThere ? now() : undefined;
    else if (answeredSinceMs !== undefined && now() - answeredSinceMs >= wedgedMs) return;
  }
}
