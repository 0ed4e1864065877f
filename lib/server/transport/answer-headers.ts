import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EXPOSED_HEADERS, HeaderName } from '../../protocol/constants.ts';
import { ALWAYS_HEADERS, DATA_POLICY, pagePolicy } from '../content-policy.ts';
import type { Connection } from './connection.ts';

/** What only means something for a page. A poll would pay for it with a third more bytes. */
const PAGE = [
  ['cross-origin-opener-policy', 'same-origin'],
  [
    'permissions-policy',
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()',
  ],
] as const;

const DATA_PATH = /^\/(?:api(?:\/[^?]*)?|getData(?:\/[^/?]*)?|healthz|readyz|metrics|openapi\.json)\/?(?:\?|$)/;
const FILE_PATH = /^\/(?:_next\/|icon\.svg)/;
/** Pages of other origins may read what is for pages; a monitor's figures are not. */
const METRICS_PATH = /^\/metrics\/?(?:\?|$)/;

const CSP = 'content-security-policy';

export interface AnswerHeadersOptions {
  /** Origins whose pages may read; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** Whether they may send what the browser holds for us (cookies). Never where any origin may read: each page on the web
   * would read as its visitor. */
  readonly hasTokens: boolean;
  readonly isDevelopment: boolean;
}

/**
 * Gives the answer to a request the headers that it has whoever makes it: a route handler, Next.js itself (pages, files,
 * 404, 405, redirects) or `proxy.ts`. To be called before any of them sees the request.
 */
export function answerHeaders({ corsOrigins, hasTokens, isDevelopment }: AnswerHeadersOptions) {
  const isAnyAllowed = corsOrigins.includes('*');
  const exposed = EXPOSED_HEADERS.join(', ');

  function allowOrigin(origin: string | undefined, response: ServerResponse): void {
    response.setHeader('access-control-expose-headers', exposed);
    if (isAnyAllowed) response.setHeader('access-control-allow-origin', '*');
    else response.setHeader('vary', 'origin');
    // Whole and as it is: a browser writes an origin in one way only.
    if (!isAnyAllowed && origin !== undefined && corsOrigins.includes(origin)) {
      response.setHeader('access-control-allow-origin', origin);
      if (hasTokens) response.setHeader('access-control-allow-credentials', 'true');
    }
  }

  return (request: IncomingMessage, response: ServerResponse, { requestId }: Pick<Connection, 'requestId'>): void => {
    const target = request.url ?? '/';
    response.setHeader(HeaderName.requestId, requestId);
    // For proxy.ts and Next.js's own hooks: they see the request, and not its connection.
    request.headers[HeaderName.requestId] = requestId;
    for (const [name, value] of ALWAYS_HEADERS) response.setHeader(name, value);
    if (DATA_PATH.test(target)) {
      response.setHeader(CSP, DATA_POLICY);
      if (corsOrigins.length > 0 && !METRICS_PATH.test(target)) allowOrigin(request.headers.origin, response);
      return;
    }
    const isFile = FILE_PATH.test(target);
    for (const [name, value] of PAGE) response.setHeader(name, value);
    const policy = isFile ? DATA_POLICY : pagePolicy(randomBytes(16).toString('base64'), isDevelopment);
    response.setHeader(CSP, policy);
    // Next.js takes the nonce of its scripts from here; what a client has sent under this name must not be it.
    request.headers[CSP] = policy;
    // With Next.js's own `no-store` a browser would keep no page in its back/forward cache, out of which it goes on from
    // its cursors. It is made anew for each request all the same.
    if (!isDevelopment && !isFile) response.setHeader('cache-control', 'private, no-cache');
  };
}
