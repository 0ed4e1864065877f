import { createArticleSource } from './article-source.ts';
import type { ConnectionPermits } from './connection-permits.ts';
import { createPollSource } from './poll-source.ts';
import { renewSession } from './renew-session.ts';
import type { Source } from './source.ts';
import { createSseSource } from './sse-source.ts';

/** The lanes of the race, in the order in which they are shown; `article` is the foil. */
export const LANE_NAMES = ['sse', 'long-poll', 'poll', 'article'] as const;
export type LaneName = (typeof LANE_NAMES)[number];

export const LANE_TITLES: Record<LaneName, string> = {
  sse: 'Feedline over SSE',
  'long-poll': 'Long polling',
  poll: 'Naive polling',
  article: 'The article’s SSE',
};

/** For a place with little room, beside the full titles. */
export const LANE_SHORT_TITLES: Record<LaneName, string> = {
  sse: 'SSE',
  'long-poll': 'Long poll',
  poll: 'Naive poll',
  article: 'Article',
};

/** What each lane does. Two lines of a card, where there is room for three. */
export const LANE_WAYS: Record<LaneName, string> = {
  sse: 'One stream. Each event carries a cursor, and after a cut it goes on from there.',
  'long-poll': 'One request at a time, which waits until there is an event.',
  poll: 'Asks, waits, and asks again, whether or not there is anything.',
  article: 'One stream without a cursor: what comes during a cut is lost.',
};

/** What holds for all lanes alike. */
export interface Conditions {
  readonly feedId: string;
  /** A round trip that the server adds, ms; 0 for none, the only one outside the demo. */
  readonly rttMs: number;
  /** From a naive poll's answer to the next request, ms. */
  readonly intervalMs: number;
  /** How long a long poll may wait, ms. */
  readonly waitMs: number;
}

export interface LaneOptions {
  readonly conditions: Conditions;
  /** Of this run alone, so that the server's counts begin at 0. */
  readonly run: string;
  /** Where every lane that has a cursor begins. */
  readonly after: string;
  /** For lanes that hold a connection, and for those that only ask now and then. */
  readonly permits: { readonly held: ConnectionPermits; readonly brief: ConnectionPermits };
}

export function createLane(name: LaneName, { conditions, run, after, permits }: LaneOptions): Source {
  const { feedId: id, rttMs, intervalMs, waitMs } = conditions;
  const lane = { id, lane: `${run}.${name}`, renew: renewSession, ...(rttMs > 0 && { rttMs }) };
  switch (name) {
    case 'sse':
      return createSseSource({ ...lane, after, permits: permits.held });
    case 'long-poll':
      return createPollSource({ ...lane, after, waitMs, permits: permits.held });
    case 'poll':
      return createPollSource({ ...lane, after, waitMs: 0, intervalMs, permits: permits.brief });
    case 'article':
      return createArticleSource({ ...lane, permits: permits.held });
  }
}
