/** What a page knows of the recent feeds: a first part of them soon, then all, then what has changed since. */
import { FEED_LIST_MAX, FEED_LIST_SIZE, FEED_RATE_DECAY_MS, QueryName } from '#lib/protocol/constants.ts';
import type { FeedList, FeedListItem } from '#lib/protocol/events.ts';
import { FEEDS_URL } from '#lib/protocol/paths.ts';

/** Behind a load balancer the next pod answers, whose clock and whose reading may be this far behind, ms. */
const OVERLAP_MS = 3_000;

/** A feed as it was told of. */
export interface KnownFeed extends FeedListItem {
  /** The pod's clock as it told, which its rate is as of. */
  readonly atMs: number;
}

/** All states of the list; `heard` is null until the first answer, and stays as it was while the server cannot say. */
export interface FeedListState {
  readonly heard: HeardFeeds | null;
  readonly isFailing: boolean;
  /** Where the server refuses to say: why, in words. */
  readonly refusal: string | null;
}

export interface HeardFeeds {
  readonly topic: string;
  readonly feeds: ReadonlyMap<string, KnownFeed>;
  /** Whether it has all that the pod remembers, and not only the newest of them. */
  readonly isWhole: boolean;
  /** The pod's clock as it answered last, ms since 1970. */
  readonly atMs: number;
  /** The same moment by the clock of this page. */
  readonly heardAtMs: number;
}

export const NOTHING_HEARD: FeedListState = { heard: null, isFailing: false, refusal: null };

/** What to ask next: first a part that is soon here, then all, then what has changed. After a failure all again. */
export function nextListUrl({ heard, isFailing }: FeedListState): string {
  const query = new URLSearchParams({ [QueryName.limit]: String(heard === null ? FEED_LIST_SIZE : FEED_LIST_MAX) });
  const hasAll = heard?.isWhole === true && !isFailing;
  if (hasAll) query.set(QueryName.since, String(Math.floor(Math.max(0, heard.atMs - OVERLAP_MS))));
  return `${FEEDS_URL}?${query}`;
}

/** The state behind an answer; null is an answer that was none, or a refusal. */
export function hearList(
  before: FeedListState,
  list: FeedList | null,
  nowMs: number,
  refusal: string | null = null,
): FeedListState {
  if (list === null) return { ...before, isFailing: true, refusal };
  const { topic, atMs, total } = list;
  const known = before.heard?.topic === topic ? before.heard : null;
  const feeds = withNews(known?.feeds ?? new Map(), list);
  const isWhole = known?.isWhole === true || total <= list.feeds.length;
  return { heard: { topic, feeds, isWhole, atMs, heardAtMs: nowMs }, isFailing: false, refusal: null };
}

/** Records per second at a time of the pod's clock: a feed that is silent needs no news to become slower. */
export function rateAt({ recordsPerSecond, atMs }: KnownFeed, podNowMs: number): number {
  return recordsPerSecond * Math.exp(-Math.max(0, podNowMs - atMs) / FEED_RATE_DECAY_MS);
}

function withNews(before: ReadonlyMap<string, KnownFeed>, { feeds, atMs }: FeedList): ReadonlyMap<string, KnownFeed> {
  if (feeds.length === 0) return before;
  const known = new Map(before);
  for (const item of feeds) {
    const old = known.get(item.id);
    // The other pod may have read less far.
    if (old === undefined || item.lastRecordAtMs >= old.lastRecordAtMs) known.set(item.id, { ...item, atMs });
  }
  return known.size <= FEED_LIST_MAX ? known : newestOf(known);
}

/** As the pod's own directory is: who has been silent longest goes. */
function newestOf(feeds: ReadonlyMap<string, KnownFeed>): ReadonlyMap<string, KnownFeed> {
  const newestFirst = [...feeds.values()].sort((a, b) => b.lastRecordAtMs - a.lastRecordAtMs);
  return new Map(newestFirst.slice(0, FEED_LIST_MAX).map((feed) => [feed.id, feed]));
}
