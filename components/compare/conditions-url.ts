import { feedIdProblem } from '#components/shell/feed-href.ts';
import type { Conditions } from '#lib/client/lanes.ts';
import { POLL_WAIT_MS } from '#lib/protocol/constants.ts';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';

/** What can be chosen, ms; anything else in the URL is taken for the default. */
export const RTTS_MS = [0, 80, 200] as const;
export const INTERVALS_MS = [250, 1000, 5000] as const;
export const WAITS_MS = [5000, POLL_WAIT_MS, 55_000] as const;

const DEFAULT_RTT_MS = 80;
const DEFAULT_INTERVAL_MS = 1000;

/** Names of the query parameters of `/`. */
const FEED = 'feed';
const RTT = 'rtt';
const INTERVAL = 'interval';
const WAIT = 'wait';

/** The conditions that a URL asks for. Outside the demo no feed is known and no round trip can be added. */
export function readConditions(query: URLSearchParams, isDemo: boolean): Conditions | null {
  const asked = query.get(FEED) ?? '';
  const feedId = asked === '' || feedIdProblem(asked) !== null ? (isDemo ? RACE_FEEDS.bursts : null) : asked;
  if (feedId === null) return null;
  return {
    feedId,
    rttMs: isDemo ? oneOf(RTTS_MS, query.get(RTT), DEFAULT_RTT_MS) : 0,
    intervalMs: oneOf(INTERVALS_MS, query.get(INTERVAL), DEFAULT_INTERVAL_MS),
    waitMs: oneOf(WAITS_MS, query.get(WAIT), POLL_WAIT_MS),
  };
}

export function compareUrl({ feedId, rttMs, intervalMs, waitMs }: Conditions): string {
  const query = { [FEED]: feedId, [RTT]: `${rttMs}`, [INTERVAL]: `${intervalMs}`, [WAIT]: `${waitMs}` };
  return `/?${new URLSearchParams(query)}`;
}

function oneOf(allowed: readonly number[], text: string | null, fallback: number): number {
  return allowed.find((value) => String(value) === text) ?? fallback;
}
