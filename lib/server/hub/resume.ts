import { GapReason, GapResume } from '../../protocol/constants.ts';
import { type Cursor, decodeCursor, isOfLog, type Positions } from '../../protocol/cursor.ts';
import type { GapData } from '../../protocol/events.ts';
import type { Feed } from './feed.ts';

/** Where a reader begins. */
export interface Start {
  readonly index: number;
  /** The positions its client has already been served through; what lies below them in the ring is passed over. */
  readonly served: Positions;
  /** What cannot be given, to be told before anything else. */
  readonly gap: GapData | undefined;
}

/**
 * Finds the place of a cursor in a feed. Without a cursor: now. An unknown cursor yields a gap, never silence; one
 * that is ahead of this pod yields a place that is waited for.
 */
export function findStart(feed: Feed, text: string | null): Start {
  if (text === null) return startAtNow(feed);
  const cursor = decodeCursor(text);
  const { origin } = feed.topic;
  if (cursor === null) return startAtNow(feed, GapReason.malformedCursor, null);
  if (!isOfLog(cursor, origin.kind, origin.logId)) return startAtNow(feed, GapReason.otherRecordLog, text);
  if (cursor.topic !== origin.topic) return startAtNow(feed, GapReason.otherFeed, text);
  if (cursor.epoch !== origin.epoch) return startAtOldest(feed, new Map(), GapReason.recreatedTopic, text);
  const served = positionsInFeed(feed, cursor);
  if (served === null) return startAtNow(feed, GapReason.otherFeed, text);
  const isCovered = [...feed.floor].every(([partition, floor]) => (served.get(partition) ?? 0) >= floor);
  if (!isCovered) return startAtOldest(feed, served, GapReason.notKept, text);
  return { index: firstUnserved(feed, served), served, gap: undefined };
}

function startAtNow(feed: Feed, reason?: GapReason, from: string | null = null): Start {
  const to = feed.headCursor();
  const gap = reason === undefined ? undefined : { reason, from, to, resumesAt: GapResume.now };
  return { index: feed.head, served: feed.headPositions(), gap };
}

function startAtOldest(feed: Feed, known: Positions, reason: GapReason, from: string): Start {
  const served = new Map(feed.floor);
  for (const [partition, floor] of feed.floor) served.set(partition, Math.max(floor, known.get(partition) ?? 0));
  const to = feed.topic.encoder.encode(served);
  return { index: feed.oldest, served, gap: { reason, from, to, resumesAt: GapResume.oldest } };
}

/**
 * The cursor's position in each partition of the feed; null when it cannot be this feed's. A topic that has grown
 * since then may have the feed in a further partition, of which the client has seen nothing: that is position 0.
 */
function positionsInFeed(feed: Feed, cursor: Cursor): Map<number, number> | null {
  const { topic } = feed;
  if (cursor.partitionCount > topic.origin.partitionCount) return null;
  const hasGrown = cursor.partitionCount < topic.origin.partitionCount;
  if (hasGrown) feed.include(topic.partitionsOf(feed.id, cursor.partitionCount));
  const positions = new Map<number, number>();
  let isKnown = false;
  for (const partition of feed.floor.keys()) {
    const position = cursor.positions.get(partition);
    isKnown ||= position !== undefined;
    positions.set(partition, position ?? 0);
  }
  return isKnown ? positions : null;
}

/** In one partition positions only grow, so the place is found by halving; over several, all is looked at in turn. */
function firstUnserved(feed: Feed, served: Positions): number {
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
