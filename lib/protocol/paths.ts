import { type ConnectionFault, formatFault } from './connection-fault.ts';
import { QueryName } from './constants.ts';

/** What the URL of a stream or a poll may ask for. */
export interface FeedUrlOptions {
  readonly after?: string | undefined;
  /** How many of the newest events to begin with; without `after`. */
  readonly last?: number | undefined;
  readonly format?: string | undefined;
  readonly topic?: string | undefined;
  /** Names the lane of a comparison, so that the server counts what it costs. */
  readonly lane?: string | undefined;
  /** Demo only: a round trip to add, ms. */
  readonly rttMs?: number | undefined;
  /** Demo only: faults of this connection. */
  readonly faults?: readonly ConnectionFault[] | undefined;
}

/**
 * The URL of a feed's stream, relative to the origin. IDs that a path cannot carry (`.` and `..` are removed by every
 * URL parser, an encoded slash by some proxies) go into the query, so the query form is the one that is always right.
 */
export function streamUrl(id: string, options: FeedUrlOptions = {}): string {
  return `/api/feeds/stream?${queryOf(id, options)}`;
}

/** The same at the article's URL, which reads best, for IDs that a path carries. */
export function articleStreamUrl(id: string): string {
  return `/getData/${encodeURIComponent(id)}`;
}

/** The URL of a poll of a feed that waits up to `waitMs` for an event; 0 is answered at once. */
export function pollUrl(id: string, waitMs: number, options: FeedUrlOptions = {}): string {
  const query = queryOf(id, options);
  query.set(QueryName.waitMs, String(waitMs));
  return `/api/feeds/poll?${query}`;
}

/** The URL of a feed as the article streams it; demo only. */
export function articleUrl(
  id: string,
  { lane, rttMs, faults }: Pick<FeedUrlOptions, 'lane' | 'rttMs' | 'faults'> = {},
): string {
  return `/api/article/${encodeURIComponent(id)}?${withOptions(new URLSearchParams(), { lane, rttMs, faults })}`;
}

function queryOf(id: string, options: FeedUrlOptions): URLSearchParams {
  return withOptions(new URLSearchParams({ [QueryName.id]: id }), options);
}

function withOptions(query: URLSearchParams, options: FeedUrlOptions): URLSearchParams {
  for (const name of ['topic', 'format', 'after', 'last', 'lane', 'rttMs'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(QueryName[name], String(value));
  }
  for (const fault of options.faults ?? []) query.append(QueryName.fault, formatFault(fault));
  return query;
}

/** Whether a path can carry this ID: `.` and `..` are removed by every URL parser, however they are written. */
export function canBeInPath(id: string): boolean {
  return id !== '.' && id !== '..';
}

/** Where one event of a feed is published, with `isEnd` as its last; demo only. */
export function publishUrl(id: string, isEnd: boolean): string {
  return `/api/feeds/${encodeURIComponent(id)}/events${isEnd ? `?${QueryName.end}=1` : ''}`;
}

/** The page that shows one feed live. */
export function feedPageUrl(id: string): string {
  return `/feeds/${encodeURIComponent(id)}`;
}

/** `GET` lists recent IDs. */
export const FEEDS_URL = '/api/feeds';
/** Status of the answering pod: 200 or 503, with the reason in words. */
export const READY_URL = '/readyz';
/** Status of the answering pod, in numbers. */
export const STATUS_URL = '/api/status';
/** `POST`, demo only: orders a fault of a pod or of the broker. */
export const FAULTS_URL = '/api/demo/faults';
