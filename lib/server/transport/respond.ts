import { EXPOSED_HEADERS, HeaderName } from '../../protocol/constants.ts';
import { type ErrorCode, isFeedlineError, problemDocument } from '../../protocol/errors.ts';

/** Never stored, never changed on its way: `next start` would gzip a stream (300 KB a connection), nginx hold it back. */
const STREAM_HEADERS = {
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

export interface RespondOptions {
  readonly corsOrigins: readonly string[];
  /** A problem document is the answer. */
  readonly onProblem: (code: ErrorCode) => void;
}

/**
 * Runs a door's work and gives its answer the headers that every answer has; what it throws for the client becomes a
 * problem document (RFC 9457). Anything else is ours to mend and goes on to Next.js, which answers 500 and logs it.
 */
export async function respond(
  request: Request,
  { corsOrigins, onProblem }: RespondOptions,
  work: () => Response | Promise<Response>,
): Promise<Response> {
  const response = await answerOrProblem(work, onProblem);
  for (const [name, value] of commonHeaders(request.headers.get('origin'), corsOrigins)) {
    response.headers.set(name, value);
  }
  return response;
}

/** What every answer has, to a request of this origin; null where it has none. */
export function commonHeaders(origin: string | null, corsOrigins: readonly string[]): Headers {
  const headers = new Headers(STREAM_HEADERS);
  if (corsOrigins.length > 0) headers.set('access-control-expose-headers', EXPOSED_HEADERS.join(', '));
  allowOrigin(origin, headers, corsOrigins);
  return headers;
}

/** Answer to a CORS preflight: a reader sends nothing but a GET and its cursor. */
export function respondPreflight(request: Request, corsOrigins: readonly string[]): Response {
  const headers = new Headers({
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': HeaderName.lastEventId,
    'access-control-max-age': '600',
  });
  allowOrigin(request.headers.get('origin'), headers, corsOrigins);
  return new Response(null, { status: 204, headers });
}

async function answerOrProblem(
  work: () => Response | Promise<Response>,
  onProblem: (code: ErrorCode) => void,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!isFeedlineError(error)) throw error;
    onProblem(error.code);
    const headers = {
      'content-type': 'application/problem+json',
      ...(error.retryAfterS !== undefined && { [HeaderName.retryAfter]: String(error.retryAfterS) }),
    };
    return new Response(JSON.stringify(problemDocument(error)), { status: error.status, headers });
  }
}

function allowOrigin(origin: string | null, headers: Headers, corsOrigins: readonly string[]): void {
  if (corsOrigins.includes('*')) headers.set('access-control-allow-origin', '*');
  else if (origin !== null && corsOrigins.includes(origin)) headers.set('access-control-allow-origin', origin);
  if (corsOrigins.length > 0 && !corsOrigins.includes('*')) headers.append('vary', 'origin');
}
