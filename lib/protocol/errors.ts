/** Every error a request can meet before its stream opens, and its HTTP status. */
export const ERROR_STATUS = {
  'id-empty': 400,
  'id-too-long': 400,
  'id-undecodable': 400,
  'query-invalid': 400,
  /** Who calls is not known: no token, or one that is not good (any more). */
  unauthorized: 401,
  /** Who calls is known, and may not watch this. */
  forbidden: 403,
  'topic-unknown': 404,
  'not-found': 404,
  'method-not-allowed': 405,
  'cross-site': 403,
  'media-type': 415,
  'body-invalid': 400,
  'body-too-large': 413,
  'pod-unknown': 409,
  'fault-impossible': 409,
  /** Demo only: the topic's IDs are not its keys. */
  'publish-impossible': 409,
  'request-malformed': 400,
  'request-too-slow': 408,
  'url-too-long': 414,
  'headers-too-large': 431,
  /** This client has asked too often of late. */
  'too-many-requests': 429,
  /** This client, or this token, holds as many streams and polls as it may. */
  'too-many-connections': 429,
  /** This pod holds as many streams and polls as it may. */
  overloaded: 503,
  /** The address of the peer is not known, so that it cannot be counted. */
  'client-unknown': 503,
  'record-log-unavailable': 503,
  /** What tokens are checked with cannot be fetched. */
  'keys-unavailable': 503,
  'not-ready': 503,
  /** Demo only: the connection's own URL asks to be refused. */
  'fault-refused': 503,
  draining: 503,
  /** A fault of ours: the log has it under the answer's `requestId`. */
  internal: 500,
} as const satisfies Record<string, number>;

/** Stable name of an error; clients may switch on it. */
export type ErrorCode = keyof typeof ERROR_STATUS;

export const ERROR_CODES = Object.keys(ERROR_STATUS) as readonly ErrorCode[];

export interface FeedlineErrorOptions extends ErrorOptions {
  /** When it is worth asking again, whole seconds; default: 1 with a status of 503, else not told. */
  readonly retryAfterS?: number;
  /** What its answer has beside the problem document. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error meant for the client: a stable code, its status, and a message that says what to do next. */
export class FeedlineError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryAfterS: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: FeedlineErrorOptions = {}) {
    super(message, options);
    this.name = 'FeedlineError';
    this.code = code;
    this.status = ERROR_STATUS[code];
    this.retryAfterS = options.retryAfterS ?? (this.status === 503 ? 1 : undefined);
    this.headers = options.headers ?? {};
  }
}

/**
 * Whether something that was thrown is one. Next.js loads a module several times in one process, and the class of one
 * copy is not that of another: of an error that the runtime throws, a route's `instanceof` says no.
 */
export function isFeedlineError(error: unknown): error is FeedlineError {
  return error instanceof Error && error.name === 'FeedlineError';
}

/** In place of an error that is not for the client: what it says stays with us. */
export function internalError(): FeedlineError {
  return new FeedlineError('internal', 'Something has gone wrong here, and is logged under the requestId.');
}

/** Body of an error answer, `application/problem+json` (RFC 9457), with our stable `code`. */
export interface ProblemDocument {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  /** As in the answer's `X-Request-Id` and in the server's log. */
  readonly requestId: string;
}

export function problemDocument(error: FeedlineError, requestId: string): ProblemDocument {
  const title = error.code.replaceAll('-', ' ');
  return { title, status: error.status, detail: error.message, code: error.code, requestId };
}
