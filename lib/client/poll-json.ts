import { type Clock, systemClock } from './clock.ts';
import { parseJson } from './payload.ts';
import { askRenewing } from './renew-session.ts';

/** What a poll brought; `body` is undefined where the answer was not JSON. */
export type PollResult =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unreachable' };

export interface PollOptions {
  /** Asked for before each request where what to ask depends on the answer before. */
  readonly url: string | (() => string);
  /** From the end of one request to the start of the next, in ms: a slow server is not asked faster. */
  readonly intervalMs: number | (() => number);
  /** Default: 4 s. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  readonly onResult: (result: PollResult) => void;
  /** Gets a new token where the server does not know who asks; see `SourceLifeOptions`. */
  readonly renew?: () => Promise<void>;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** A tab that nobody sees asks nothing. */
  readonly isHidden?: () => boolean;
}

const REQUEST_TIMEOUT_MS = 4000;

/** Asks again and again, at once the first time, until `signal` ends. */
export function pollJson(options: PollOptions): void {
  const { intervalMs, signal, onResult } = options;
  const clock = options.clock ?? systemClock;
  const isHidden = options.isHidden ?? (() => document.hidden);
  const again = (): void => clock.after(resolve(intervalMs), signal, poll);

  function poll(): void {
    if (isHidden()) {
      again();
      return;
    }
    void ask(options).then((result) => {
      if (signal.aborted) return;
      onResult(result);
      again();
    });
  }
  poll();
}

function resolve<T extends string | number>(given: T | (() => T)): T {
  return typeof given === 'function' ? given() : given;
}

async function ask({
  url,
  signal,
  timeoutMs = REQUEST_TIMEOUT_MS,
  fetch: fetcher = fetch,
  renew,
}: PollOptions): Promise<PollResult> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await askRenewing(() => fetcher(resolve(url), { cache: 'no-store', signal: limited }), renew);
    return { kind: 'answer', status: response.status, body: parseJson(await response.text()) };
  } catch {
    // Refused, timed out or aborted: the same to a poll, which asks again.
    return { kind: 'unreachable' };
  }
}
