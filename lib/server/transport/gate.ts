import type { IncomingMessage, ServerResponse } from 'node:http';
import { FeedlineError, isFeedlineError, problemDocument } from '../../protocol/errors.ts';
import type { Limits } from '../limits/limits.ts';
import type { Connection } from './connection.ts';
import { problemHeaders, STREAM_HEADERS } from './respond.ts';

/** Refuses a request, and has then answered it; false where it may go on. */
export type Gate = (
  request: IncomingMessage,
  response: ServerResponse,
  connection: Pick<Connection, 'client' | 'requestId' | 'refusal'> | undefined,
) => boolean;

/** Orchestrators ask these, from one address for all that they run. */
const PROBES = ['/healthz', '/readyz'];

/** Whatever it is for, no `Request` can be made of it (Fetch Standard, section 4.4), which Next.js would answer with 500. */
const FORBIDDEN_METHOD = 'TRACE';

/** The whole server (RFC 9110, section 7.1): no URL can be made of it, which Next.js would answer with 500. */
const NO_PATH = '*';

/** A call of a server action of Next.js: there is none, and it would print an error for each. */
const ACTION_HEADER = 'next-action';

/** Where every request comes by before anything is done for it, pages and files too: a refusal has to be cheap. */
export function limitGate(limits: Limits): Gate {
  return (request, response, connection) => {
    // It was cut while what it had sent was being read.
    if (request.socket.destroyed) return true;
    try {
      const { url = '/', method = '', headers, rawHeaders } = request;
      if (method === FORBIDDEN_METHOD) throw notAllowed(method);
      if (url === NO_PATH) throw new FeedlineError('request-malformed', 'A request here has a path.');
      if (method === 'POST' && headers[ACTION_HEADER] !== undefined) {
        throw new FeedlineError('request-malformed', 'There are no server actions here.');
      }
      limits.admit({
        client: connection?.client,
        urlBytes: url.length,
        headerBytes: bytesOf(rawHeaders),
        hasBody: (method === 'GET' || method === 'HEAD') && hasBody(headers),
        isProbe: PROBES.includes(url),
      });
      return false;
    } catch (error) {
      if (!isFeedlineError(error)) throw error;
      if (connection !== undefined) connection.refusal = error.code;
      refuse(error, request, { response, requestId: connection?.requestId ?? '' });
      return true;
    }
  };
}

interface Refusal {
  readonly response: ServerResponse;
  readonly requestId: string;
}

function refuse(error: FeedlineError, request: IncomingMessage, { response, requestId }: Refusal): void {
  const body = JSON.stringify(problemDocument(error, requestId));
  response.writeHead(error.status, {
    ...STREAM_HEADERS,
    ...problemHeaders(error),
    'content-length': Buffer.byteLength(body),
    // Whoever is told to come back later has no need of this connection meanwhile; and a body may be on its way.
    connection: 'close',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function notAllowed(method: string): FeedlineError {
  return new FeedlineError('method-not-allowed', `${method} is not for this server.`, {
    headers: { allow: 'GET, HEAD, OPTIONS' },
  });
}

/** Node gives them as name, value, name, value: each pair has `: ` and a line end around it. */
function bytesOf(rawHeaders: readonly string[]): number {
  let bytes = rawHeaders.length * 2;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}
