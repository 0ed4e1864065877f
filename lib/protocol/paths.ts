import { QueryName } from './constants.ts';

/** What a stream's URL may ask for. */
export interface StreamUrlOptions {
  readonly after?: string | undefined;
  readonly format?: string | undefined;
  readonly topic?: string | undefined;
}

/**
 * The URL of a feed's stream, relative to the origin. IDs that a path cannot carry (`.` and `..` are removed by every
 * URL parser, an encoded slash by some proxies) go into the query, so the query form is the one that is always right.
 */
export function streamUrl(id: string, options: StreamUrlOptions = {}): string {
  const query = new URLSearchParams({ [QueryName.id]: id });
  for (const name of [QueryName.topic, QueryName.format, QueryName.after] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  return `/api/feeds/stream?${query}`;
}

/** The page that shows one feed live. */
export function feedPageUrl(id: string): string {
  return `/feeds/${encodeURIComponent(id)}`;
}

/** `GET` lists recent IDs. */
export const FEEDS_URL = '/api/feeds';
/** Status of the answering pod: 200 or 503, with the reason in words. */
export const READY_URL = '/readyz';
