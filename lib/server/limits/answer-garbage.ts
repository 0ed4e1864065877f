import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HeaderName } from '../../protocol/constants.ts';
import { FeedlineError, problemDocument } from '../../protocol/errors.ts';
import { ALWAYS_HEADERS, DATA_POLICY } from '../content-policy.ts';

/** How long what is still on its way to the client may take, ms. */
const LINGER_MS = 1_000;

/** As Node tells it on `clientError`. */
interface ParserError extends NodeJS.ErrnoException {
  /** What it could not read. */
  readonly rawPacket?: Buffer;
}

/**
 * Answers what Node's parser could not take for a request. Node by itself says the same in a bare status line.
 *
 * @param isBetween whether no answer is under way on that socket
 */
export function answerGarbage(
  error: ParserError,
  socket: Socket,
  { isBetween }: { readonly isBetween: boolean },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable || !isBetween) {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const requestId = randomUUID();
  const body = JSON.stringify(problemDocument(problem, requestId));
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Connection: close',
    'Cache-Control: no-store',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Content-Security-Policy: ${DATA_POLICY}`,
    `${HeaderName.requestId}: ${requestId}`,
    ...ALWAYS_HEADERS.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${isHead(error) ? '' : body}`);
  // What it sends from now on would reset the connection, and the answer with it.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** An answer to HEAD has no body, whatever is wrong with the rest of the request. */
function isHead({ rawPacket }: ParserError): boolean {
  return rawPacket?.toString('latin1', 0, 5) === 'HEAD ';
}

function problemOf(code: string | undefined): FeedlineError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new FeedlineError('headers-too-large', 'The headers of this request are larger than any server takes.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new FeedlineError('request-too-slow', 'This request has taken too long to come.');
  }
  return new FeedlineError('request-malformed', 'This is not an HTTP request.');
}
