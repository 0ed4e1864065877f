import { FEED_RATE_DECAY_MS } from '#lib/protocol/constants.ts';
import type { KnownFeed } from './feed-list.ts';

/** Orders of the list. */
export const FeedSort = { newest: 'newest', id: 'id', rate: 'rate' } as const;
export type FeedSort = (typeof FeedSort)[keyof typeof FeedSort];

export interface Arrangement {
  /** What the IDs have in them, in either case of its letters; empty for all. */
  readonly query: string;
  readonly sort: FeedSort;
}

/** No digits of an ID are longer than this, or they are compared as text. */
const DIGITS = 16;

/**
 * The IDs that match, in order. The one that is the query itself comes first, then those that begin with it: so who has
 * typed an ID in full sees it at the top.
 */
export function arrangeFeeds(feeds: ReadonlyMap<string, KnownFeed>, { query, sort }: Arrangement): readonly string[] {
  const sought = query.toLowerCase();
  const groups: [KnownFeed[], KnownFeed[], KnownFeed[]] = [[], [], []];
  for (const feed of feeds.values()) {
    const at = feed.id.toLowerCase().indexOf(sought);
    if (at >= 0) groups[feed.id === query ? 0 : at === 0 ? 1 : 2].push(feed);
  }
  return groups.flatMap((group) => sorted(group, sort)).map(({ id }) => id);
}

function sorted(feeds: readonly KnownFeed[], sort: FeedSort): readonly KnownFeed[] {
  switch (sort) {
    case 'newest':
      // Those of one batch have one time: the order of the server, or of before, stays.
      return feeds.toSorted((a, b) => b.lastRecordAtMs - a.lastRecordAtMs);
    case 'rate':
      // All rates decay alike, so their order is the same at any time; this is the logarithm of each, at one time.
      return byKey(feeds, ({ recordsPerSecond, atMs }) => -(Math.log(recordsPerSecond) + atMs / FEED_RATE_DECAY_MS));
    case 'id':
      return byKey(feeds, ({ id }) => id.replace(/\d+/g, (digits) => digits.padStart(DIGITS, '0')));
  }
}

/** Makes each key once: comparing ten thousand IDs by a collator takes longer than a frame. */
function byKey<Key extends string | number>(feeds: readonly KnownFeed[], keyOf: (feed: KnownFeed) => Key) {
  const keyed = feeds.map((feed) => ({ feed, key: keyOf(feed) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ feed }) => feed);
}
