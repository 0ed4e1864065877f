import { HeaderName } from '#lib/protocol/constants.ts';
import { parsePollBody, parseProblem } from './wire.ts';

/** What an answer means for a source that wanted events. */
export type Explanation =
  | { readonly kind: 'ended' }
  | { readonly kind: 'fatal'; readonly reason: string }
  /** The token is not good any more, or there is none: with a new one it may go on. */
  | { readonly kind: 'unauthorized'; readonly reason: string }
  /** `retryAfterMs`: how long the server asks to be left alone; 0 where it does not say. */
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs: number };

const PROBE_TIMEOUT_MS = 3000;
/** Statuses of refusals that pass: try again. */
const PASSING = [408, 425, 429];

/**
 * EventSource cannot read a status: 204, 403 and 503 all look the same. So the poll of the same feed is asked, which
 * answers at once and in words. Resolves to null only when `signal` ends.
 */
export async function explainClose(
  fetcher: typeof fetch,
  pollUrl: string,
  signal: AbortSignal,
): Promise<Explanation | null> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
  try {
    const response = await fetcher(pollUrl, { cache: 'no-store', signal: limited });
    const text = await response.text();
    if (!response.ok) return explainRefusal(response, text);
    if (parsePollBody(text)?.ended) return { kind: 'ended' };
    return { kind: 'retry', reason: 'the stream was refused, but polling is not', retryAfterMs: 0 };
  } catch (error) {
    return signal.aborted ? null : explainFailure(error);
  }
}

/** For an answer that is an error: its status and code, and what it says. */
export function explainRefusal({ status, headers }: Response, text: string): Explanation {
  const problem = parseProblem(text);
  const name = problem === null ? `status ${status}` : `${status} ${problem.code}`;
  const reason = problem === null ? `the server answered with ${name}` : `${name}: ${problem.detail}`;
  if (status === 401) return { kind: 'unauthorized', reason };
  if (status >= 400 && status < 500 && !PASSING.includes(status)) return { kind: 'fatal', reason };
  const retryAfterMs = readRetryAfter(headers);
  return {
    kind: 'retry',
    retryAfterMs,
    reason: retryAfterMs > 0 ? `${reason} (asks for ${retryAfterMs / 1000} s)` : reason,
  };
}

/** For a request that got no answer at all. */
export function explainFailure(error: unknown): Explanation {
  const why = error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'no connection';
  return { kind: 'retry', reason: `the server cannot be reached (${why})`, retryAfterMs: 0 };
}

/** In seconds (RFC 9110, section 10.2.3); its other form, a date, is not used by anyone who limits rates. At most a minute. */
function readRetryAfter(headers: Headers): number {
  const text = headers.get(HeaderName.retryAfter) ?? '';
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text), 60) * 1000 : 0;
}
