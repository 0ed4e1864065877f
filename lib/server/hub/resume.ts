import { GapReason, GapResume } from '../../protocol/constants.ts';
import { type Cursor, decodeCursor, isOfLog, type Positions } from '../../protocol/cursor.ts';
import type { GapData } from '../../protocol/events.ts';
import type { Feed } from './feed.ts';

/** Where a reader begins. */
export interface Start {
  /** The positions its client has already been served through. */
  readonly served: Positions;
  /** What cannot be given, to be told before anything else. */
  readonly gap?: GapData | undefined;
}

export function startAtNow(feed: Feed): Start {
  return { served: feed.headPositions() };
}

/**
 * Finds the place of a cursor in a feed, whose topic this pod knows as far as the cursor does. An unknown cursor
 * yields a gap, never silence; one that is ahead of this pod yields a place that is waited for.
 */
export function findStart(feed: Feed, text: string): Start {
  const cursor = decodeCursor(text);
  const { origin } = feed.topic;
  if (cursor === null) return goOnAtNow(feed, GapReason.malformedCursor, null);
  if (!isOfLog(cursor, origin.kind, origin.logId)) return goOnAtNow(feed, GapReason.otherRecordLog, text);
  if (cursor.topic !== origin.topic) return goOnAtNow(feed, GapReason.otherFeed, text);
  if (cursor.epoch !== origin.epoch) return startOfEpoch(feed, text);
  const served = positionsInFeed(feed, cursor);
  return served === null ? goOnAtNow(feed, GapReason.otherFeed, text) : { served };
}

/** A partition of the feed of which the ring lacks something above these positions; undefined when there is none. */
export function firstUncovered(
  feed: Feed,
  served: Positions,
  except: ReadonlySet<number> = new Set(),
): number | undefined {
  for (const [partition, floor] of feed.floor) {
    if ((served.get(partition) ?? 0) < floor && !except.has(partition)) return partition;
  }
  return undefined;
}

/**
 * Index of the first frame in the ring that a client at these positions lacks. In one partition positions only grow,
 * so the place is found by halving; over several, all is looked at in turn.
 */
export function firstUnserved(feed: Feed, served: Positions): number {
  let low = feed.oldest;
  if (served.size > 1) return low;
  let high = feed.head;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { partition, next } = feed.frameAt(middle);
    if (next > (served.get(partition) ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** These positions, and 0 in every further partition of the feed: of those the client has seen nothing. */
export function servedIn(feed: Feed, positions: Positions): Map<number, number> {
  const served = new Map<number, number>();
  for (const partition of feed.floor.keys()) served.set(partition, positions.get(partition) ?? 0);
  return served;
}

function goOnAtNow(feed: Feed, reason: GapReason, from: string | null): Start {
  return { served: feed.headPositions(), gap: { reason, from, to: feed.headCursor(), resumesAt: GapResume.now } };
}

/** Everything that the topic has had since it was created again. */
function startOfEpoch(feed: Feed, from: string): Start {
  const served = servedIn(feed, new Map());
  const to = feed.topic.encoder.encode(served);
  return { served, gap: { reason: GapReason.recreatedTopic, from, to, resumesAt: GapResume.oldest } };
}

/**
 * The cursor's position in each partition of the feed; null when it cannot be this feed's.
 *
 * - A topic that has grown since then may have the feed in further partitions, of which the client has seen nothing:
 *   that is position 0. It may have grown more than once, and the feed have been elsewhere in between.
 * - A cursor of a pod that found the feed outside its partition names further ones: they are this feed's too.
 */
function positionsInFeed(feed: Feed, cursor: Cursor): Positions | null {
  const { topic } = feed;
  feed.include(topic.partitionsSince(feed.id, cursor.partitionCount));
  const isKnown = [...feed.floor.keys()].some((partition) => cursor.positions.has(partition));
  if (!isKnown) return null;
  feed.include(cursor.positions.keys());
  return servedIn(feed, cursor.positions);
}
