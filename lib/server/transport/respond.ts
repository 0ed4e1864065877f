import { HeaderName } from '../../protocol/constants.ts';
import {
  type ErrorCode,
  type FeedlineError,
  internalError,
  isFeedlineError,
  problemDocument,
} from '../../protocol/errors.ts';
import type { Connection } from './connection.ts';
import { requestIdOf } from './request-id.ts';

/** Never stored, never changed on its way: `next start` would gzip a stream (300 KB a connection), nginx hold it back. */
export const STREAM_HEADERS = {
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

export interface RespondOptions {
  /** Undefined where the route handler is not run by Node's HTTP server. */
  readonly connection: Connection | undefined;
  /** A problem document is the answer. */
  readonly onProblem: (code: ErrorCode) => void;
  /** Hears of what is ours to mend. */
  readonly onError: (error: unknown, requestId: string) => void;
}

/**
 * Runs a door's work. What it throws becomes a problem document (RFC 9457): with its own words where it was thrown for
 * the client, else `internal`, which tells nothing but the request ID under which the log has the rest.
 */
export async function respond(
  { connection, onProblem, onError }: RespondOptions,
  work: () => Response | Promise<Response>,
): Promise<Response> {
  const requestId = connection?.requestId ?? requestIdOf(undefined);
  const response = await answerOrProblem(work, (error) => {
    if (!isFeedlineError(error)) onError(error, requestId);
    const known = isFeedlineError(error) ? error : internalError();
    onProblem(known.code);
    if (connection !== undefined) connection.refusal = known.code;
    return problemResponse(known, requestId);
  });
  for (const [name, value] of Object.entries(STREAM_HEADERS)) response.headers.set(name, value);
  return response;
}

/** Answer to a CORS preflight: a reader sends nothing but a GET, its cursor and its token. */
export function respondPreflight({ hasTokens }: { readonly hasTokens: boolean }): Response {
  const allowed = [HeaderName.lastEventId, ...(hasTokens ? [HeaderName.authorization] : [])];
  const headers = {
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': allowed.join(', '),
    'access-control-max-age': '600',
  };
  return new Response(null, { status: 204, headers });
}

async function answerOrProblem(
  work: () => Response | Promise<Response>,
  toProblem: (error: unknown) => Response,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    return toProblem(error);
  }
}

/** What the answer with this problem has beside what all answers have. */
export function problemHeaders({ retryAfterS, headers }: FeedlineError): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/problem+json',
    ...(retryAfterS !== undefined && { [HeaderName.retryAfter]: String(retryAfterS) }),
    ...headers,
  };
}

function problemResponse(error: FeedlineError, requestId: string): Response {
  const body = JSON.stringify(problemDocument(error, requestId));
  return new Response(body, { status: error.status, headers: problemHeaders(error) });
}
