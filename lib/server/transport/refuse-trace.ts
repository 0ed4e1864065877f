import type { IncomingMessage, ServerResponse } from 'node:http';
import { FeedlineError, problemDocument } from '../../protocol/errors.ts';

/** Whatever it is for, no `Request` can be made of it (Fetch Standard, section 4.4), which Next.js would answer with 500. */
const FORBIDDEN_METHOD = 'TRACE';

/** An entrance for the one method that must not get to a route handler. */
export function refuseTrace({ method }: IncomingMessage, response: ServerResponse): boolean {
  if (method !== FORBIDDEN_METHOD) return false;
  const error = new FeedlineError('method-not-allowed', `${FORBIDDEN_METHOD} is not for this server.`);
  const headers = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    allow: 'GET, HEAD, OPTIONS',
  };
  response.writeHead(error.status, headers).end(JSON.stringify(problemDocument(error)));
  return true;
}
