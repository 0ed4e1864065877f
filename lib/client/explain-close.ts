import { READY_URL } from '#lib/protocol/paths.ts';
import { parseJson } from './payload.ts';
import { parseReadiness } from './wire.ts';

/** What became of a stream that EventSource closed for good. */
export type CloseExplanation =
  | { readonly kind: 'ended' }
  | { readonly kind: 'fatal'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string };

const PROBE_TIMEOUT_MS = 3000;

/**
 * EventSource cannot read a status: 204, 403 and 503 all look the same. So ask for the headers alone, which opens no
 * reader, and where that does not settle it, ask the pod how it is. Resolves always; rejects only when `signal` ends.
 */
export async function explainClose(
  fetcher: typeof fetch,
  streamUrl: string,
  signal: AbortSignal,
): Promise<CloseExplanation> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
  try {
    const { status } = await fetcher(streamUrl, { method: 'HEAD', cache: 'no-store', signal: limited });
    return explainStatus(status) ?? (await askReadiness(fetcher, limited));
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'retry', reason: `the server cannot be reached (${nameOf(error)})` };
  }
}

function explainStatus(status: number): CloseExplanation | null {
  if (status === 204) return { kind: 'ended' };
  const isPassing = status === 408 || status === 429;
  const isRefusal = status >= 400 && status < 500 && !isPassing;
  return isRefusal ? { kind: 'fatal', reason: `the server refuses this feed (status ${status})` } : null;
}

async function askReadiness(fetcher: typeof fetch, signal: AbortSignal): Promise<CloseExplanation> {
  const response = await fetcher(READY_URL, { cache: 'no-store', signal });
  const readiness = parseReadiness(parseJson(await response.text()));
  if (readiness === null) return { kind: 'retry', reason: `the server answered with status ${response.status}` };
  return { kind: 'retry', reason: readiness.ready ? 'the stream was refused' : readiness.reason };
}

function nameOf(error: unknown): string {
  return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in 3 s' : 'no connection';
}
