import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { HeaderName } from '../../protocol/constants.ts';
import { internalError, problemDocument } from '../../protocol/errors.ts';
import { hearErrors } from './hear-errors.ts';

/** Takes a request if it is one of its own; false where it is not. */
export type Entrance = (request: IncomingMessage, response: ServerResponse) => boolean;

/** What Next.js exports of a built route handler (its documentation: Adapters, "Invoking Entrypoints"). */
type Handler = (request: IncomingMessage, response: ServerResponse, context: HandlerContext) => Promise<void>;

interface HandlerContext {
  readonly waitUntil: (promise: Promise<unknown>) => void;
  readonly requestMeta: { readonly relativeProjectDir: string };
}

export interface EntranceOptions {
  /** Where `next build` has put the server's part. */
  readonly serverDir: string;
  readonly load: (file: string) => unknown;
  /** A route handler cannot be entered this way, or has failed before it could answer: Next.js's own way is used then. */
  readonly onTrouble: (error: unknown) => void;
}

/** As in most IDs. Whatever is escaped, or means something in a path, is left to Next.js to take apart. */
const PLAIN_ID = "[\\w~!$&'()*+,;=:@-][\\w~!$&'()*+,;=:@.-]*";

const ROUTES: readonly (readonly [path: RegExp, route: string])[] = [
  [new RegExp(`^/getData/${PLAIN_ID}$`), 'getData/[id]'],
  [new RegExp(`^/api/feeds/${PLAIN_ID}/stream$`), 'api/feeds/[id]/stream'],
  [new RegExp(`^/api/feeds/${PLAIN_ID}/poll$`), 'api/feeds/[id]/poll'],
  [/^\/api\/feeds\/stream$/, 'api/feeds/stream'],
  [/^\/api\/feeds\/poll$/, 'api/feeds/poll'],
];

/** By these Next.js tells itself something: it must see to it that no client does. */
const INTERNAL_HEADER = /^(x-middleware-|x-next|x-now-|x-matched-|next-|rsc$)/i;

/**
 * A short way to the route handlers of streams and polls, past Next.js's router, since that and the server around it do
 * about half as much again for each request as the route handler and all before it (`bench/`, workload `open`). Polls
 * have it too, or their comparison with streams would be one of routers. Only for a plain GET of a plain path, which no
 * redirect, rewrite or proxy of this application concerns.
 */
export function routeEntrance({ serverDir, load, onTrouble }: EntranceOptions): Entrance {
  const handlers = new Map<string, Handler | undefined>();
  const handlerOf = (route: string): Handler | undefined => {
    if (handlers.has(route)) return handlers.get(route);
    const handler = loadHandler(join(serverDir, 'app', route, 'route.js'));
    handlers.set(route, handler);
    return handler;
  };
  const loadHandler = (file: string): Handler | undefined => {
    try {
      return (load(file) as { readonly handler: Handler }).handler;
    } catch (error) {
      onTrouble(error);
      return undefined;
    }
  };
  const waitUntil = (promise: Promise<unknown>): void => void promise.catch(onTrouble);
  return (request, response) => {
    const route = routeOf(request);
    if (route === undefined) return false;
    const handler = handlerOf(route);
    if (handler === undefined) return false;
    hearErrors(response);
    // One for each request: Next.js notes there what it finds out, such as the URL.
    const context = { waitUntil, requestMeta: { relativeProjectDir: '.' } };
    handler(request, response, context).catch((error: unknown) => {
      // What goes wrong in the route itself it answers; this is the way to it.
      handlers.set(route, undefined);
      onTrouble(error);
      answerFailure(response);
    });
    return true;
  };
}

function routeOf({ method, url = '', rawHeaders }: IncomingMessage): string | undefined {
  if (method !== 'GET') return undefined;
  const end = url.indexOf('?');
  const path = end === -1 ? url : url.slice(0, end);
  const route = ROUTES.find(([pattern]) => pattern.test(path))?.[1];
  if (route === undefined) return undefined;
  const isInternal = rawHeaders.some((text, index) => index % 2 === 0 && INTERNAL_HEADER.test(text));
  return isInternal ? undefined : route;
}

function answerFailure(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  const requestId = String(response.getHeader(HeaderName.requestId) ?? '');
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  response.writeHead(500, headers).end(JSON.stringify(problemDocument(internalError(), requestId)));
}
