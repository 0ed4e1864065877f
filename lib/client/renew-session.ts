import { READY_URL } from '#lib/protocol/paths.ts';
import { parseJson } from './payload.ts';
import { parseReadiness } from './wire.ts';

/** Whoever asks so soon after a renewal has its result too, ms: all sources of a page hear of the end together. */
const RENEWED_MS = 1_000;
/** After one that failed it is not tried again for so long, ms, however many ask. */
const FAILED_MS = 5_000;
const TIMEOUT_MS = 10_000;
/** The session itself is over, or is renewed nowhere. */
const OVER = [401, 403, 404, 405];

/** It is of no use to try again: whoever is in front of the page has to sign in. */
export class SessionOverError extends Error {
  override readonly name = 'SessionOverError';
}

export interface RenewalOptions {
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

/**
 * Renews the token of this page: posts to where the server says that it is done (`AUTH_RENEW_URL`), which answers with
 * a new cookie. Once for all who ask at the same time.
 *
 * @returns a function that rejects where there is no new token
 */
export function createRenewal({
  fetch: fetcher = globalThis.fetch,
  now = Date.now,
}: RenewalOptions = {}): () => Promise<void> {
  let last: { readonly done: Promise<void>; isOfUseUntilMs: number } | undefined;
  return () => {
    if (last !== undefined && now() < last.isOfUseUntilMs) return last.done;
    const renewal = { done: renew(fetcher), isOfUseUntilMs: Number.POSITIVE_INFINITY };
    const keepFor = (ms: number) => (): void => {
      renewal.isOfUseUntilMs = now() + ms;
    };
    renewal.done.then(keepFor(RENEWED_MS), keepFor(FAILED_MS));
    last = renewal;
    return renewal.done;
  };
}

/** Asks, and where the server does not know who does, once more with a new token, if there is one. */
export async function askRenewing(
  ask: () => Promise<Response>,
  renew: (() => Promise<void>) | undefined,
): Promise<Response> {
  const response = await ask();
  if (response.status !== 401 || renew === undefined) return response;
  const isRenewed = await renew().then(
    () => true,
    () => false,
  );
  return isRenewed ? ask() : response;
}

/** The one of this page. */
export const renewSession = createRenewal();

async function renew(fetcher: typeof fetch): Promise<void> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const ready = await fetcher(READY_URL, { cache: 'no-store', signal });
  const renewUrl = parseReadiness(parseJson(await ready.text()))?.renewUrl ?? null;
  if (renewUrl === null) throw new SessionOverError('this page cannot renew it');
  const { ok, status } = await fetcher(renewUrl, { method: 'POST', cache: 'no-store', signal });
  if (OVER.includes(status)) throw new SessionOverError(`your application renews it no more: status ${status}`);
  if (!ok) throw new Error(`your application has not renewed it: status ${status}`);
}
