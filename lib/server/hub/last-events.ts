import type { Positions } from '../../protocol/cursor.ts';
import type { Feed } from './feed.ts';
import { RecordFrame } from './frame.ts';

export interface LastEventsOptions {
  /** Most records of a partition, of whatever key, that are looked at. */
  readonly recordsMax: number;
  readonly signal: AbortSignal;
}

export interface LastEvents {
  readonly served: Positions;
  /** How many follow: `count`, or all that were found. */
  readonly eventCount: number;
  /** Whether there may be more, further back than was looked. */
  readonly isBounded: boolean;
}

/** Where one event is. */
interface Spot {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly isEnd: boolean;
}

/** Where is looked. */
interface Place {
  readonly partition: number;
  /** Of the feed when the look began: once that has changed, the log has nothing more to say of these offsets. */
  readonly epochStart: number;
}

/** Records looked at first; each further look back is four times as long, since a log can only be read forward. */
const FIRST_LOOK_RECORDS = 2_000;
const LOOK_GROWTH = 4;

/**
 * The positions from which exactly the newest `count` events of a feed follow, as of now: in the ring as far as that
 * reaches, else looked for in the record log, backwards. Over several partitions the newest are those with the
 * latest timestamps.
 *
 * @throws the reason of the signal
 */
export async function findLast(feed: Feed, count: number, options: LastEventsOptions): Promise<LastEvents> {
  const { epochStart } = feed;
  const served = new Map(feed.headPositions());
  if (count === 0) return { served, eventCount: 0, isBounded: false };
  const floor = new Map(feed.floor);
  const inRing = spotsInRing(feed);
  const perPartition = [...served.keys()].map(async (partition) => {
    const known = upToEnd(inRing.filter((spot) => spot.partition === partition)).slice(-count);
    if (known.length === count) return { spots: known, isBounded: false };
    const place = { partition, epochStart, below: floor.get(partition) ?? 0, known };
    return lookBack(feed, place, count, options);
  });
  const found = await Promise.all(perPartition);
  const newest = found
    .flatMap(({ spots }) => inTime(spots))
    .sort((a, b) => a.timestampMs - b.timestampMs || a.offset - b.offset)
    .slice(-count);
  for (const { partition, offset } of newest) {
    served.set(partition, Math.min(offset, served.get(partition) ?? offset));
  }
  return {
    served,
    eventCount: newest.length,
    isBounded: newest.length < count && found.some(({ isBounded }) => isBounded),
  };
}

/** What a producer has written behind the feed's last event is not the feed's. */
function upToEnd(spots: readonly Spot[]): readonly Spot[] {
  const end = spots.findIndex(({ isEnd }) => isEnd);
  return end === -1 ? spots : spots.slice(0, end + 1);
}

/**
 * The spots of one partition with times that never step back, as producers' clocks may: so the newest of several
 * partitions are the last ones of each, and nothing else lies between them.
 */
function inTime(spots: readonly Spot[]): Spot[] {
  let latestMs = Number.NEGATIVE_INFINITY;
  return spots.map((spot) => {
    latestMs = Math.max(latestMs, spot.timestampMs);
    return { ...spot, timestampMs: latestMs };
  });
}

function spotsInRing(feed: Feed): Spot[] {
  const spots: Spot[] = [];
  for (let index = feed.oldest; index < feed.head; index += 1) {
    const frame = feed.frameAt(index);
    if (!(frame instanceof RecordFrame)) continue;
    const { partition, next, timestampMs, isEnd } = frame;
    spots.push({ partition, offset: next - 1, timestampMs, isEnd });
  }
  return spots;
}

async function lookBack(
  feed: Feed,
  { below, known, ...place }: Place & { readonly below: number; readonly known: readonly Spot[] },
  count: number,
  { recordsMax, signal }: LastEventsOptions,
): Promise<{ spots: readonly Spot[]; isBounded: boolean }> {
  const { partitions } = await feed.topic.history.bounds(feed.topic.origin.topic, signal);
  const oldest = partitions.get(place.partition)?.oldest ?? 0;
  const limit = Math.max(oldest, below - recordsMax);
  let spots = known;
  let to = below;
  for (let look = FIRST_LOOK_RECORDS; spots.length < count && to > limit; look *= LOOK_GROWTH) {
    const from = Math.max(limit, to - look);
    const older = await spotsBetween(feed, { ...place, from, to }, signal);
    spots = upToEnd([...older, ...spots]).slice(-count);
    to = from;
  }
  return { spots, isBounded: spots.length < count && limit > oldest };
}

async function spotsBetween(
  feed: Feed,
  { partition, epochStart, from, to }: Place & { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<Spot[]> {
  const spots: Spot[] = [];
  for (let next = from; next < to && feed.epochStart === epochStart; ) {
    const page = await feed.topic.history.readHistory({ ...feed.historyPlace(partition), from: next, to, signal });
    for (const record of page.records) {
      const { offset, timestampMs } = record;
      spots.push({ partition, offset, timestampMs, isEnd: feed.topic.isEnd(record) });
    }
    next = page.next;
  }
  return spots;
}
