import { type Cursor, decodeCursor, isOfLog, type Positions } from '../../protocol/cursor.ts';
import type { Feed } from './feed.ts';
import type { Hub } from './hub.ts';
import { findLast, type LastEventsOptions } from './last-events.ts';
import { findStart, type Start, servedIn, startAtNow } from './resume.ts';

/** Where a client wants to begin. */
export type Begin =
  | { readonly at: 'cursor'; readonly cursor: string }
  | { readonly at: 'now' }
  | { readonly at: 'earliest' }
  | { readonly at: 'last'; readonly count: number };

export interface BeginRequest {
  readonly topic: string;
  readonly id: string;
  readonly begin: Begin;
}

export interface Began {
  readonly feed: Feed;
  readonly start: Start;
  /** With `last`: how many events of before now follow. */
  readonly storedCount?: number;
  /** Whether what was asked for may begin further back than was looked. */
  readonly isBounded: boolean;
}

/**
 * Finds where a client begins, and waits for what must be known for that: the topic, what a cursor of a pod that has
 * seen more speaks of, the bounds of the log.
 *
 * @throws the reason of the signal
 */
export async function beginOf(hub: Hub, request: BeginRequest, signal: AbortSignal): Promise<Began> {
  const { topic, id, begin } = request;
  await hub.whenReady(topic, signal);
  switch (begin.at) {
    case 'now': {
      const feed = hub.feed(topic, id);
      return { feed, start: startAtNow(feed), isBounded: false };
    }
    case 'cursor': {
      const cursor = decodeCursor(begin.cursor);
      if (cursor !== null) await untilKnown(hub, topic, cursor, signal);
      const feed = hub.feed(topic, id);
      return { feed, start: findStart(feed, begin.cursor), isBounded: false };
    }
    case 'earliest': {
      const feed = hub.feed(topic, id);
      return whileKept(feed, () => earliest(feed, hub.beginRecordsMax, signal));
    }
    case 'last': {
      const feed = hub.feed(topic, id);
      return whileKept(feed, () => newest(feed, begin.count, { recordsMax: hub.beginRecordsMax, signal }));
    }
  }
}

/**
 * Looks for a place in a feed that nobody may read yet. It must not be dropped meanwhile: one that was gets no more
 * events. Where its offsets lose their meaning meanwhile, looks again.
 */
async function whileKept(feed: Feed, find: () => Promise<Began>): Promise<Began> {
  feed.expectedReaders += 1;
  try {
    for (;;) {
      const { epochStart } = feed;
      const began = await find();
      if (feed.epochStart === epochStart) return began;
    }
  } finally {
    feed.expectedReaders -= 1;
  }
}

/** Whether this cursor stands behind the last event of its feed, so that there is nothing to wait for. */
export function isBehindEnd(hub: Hub, topic: string, text: string): boolean {
  const cursor = decodeCursor(text);
  if (cursor === null || !cursor.isEnd || cursor.topic !== topic) return false;
  const origin = hub.originOf(topic);
  // A pod that knows nothing yet believes it: only of a topic that was created again would it not be true.
  if (origin === undefined) return true;
  return cursor.epoch === origin.epoch && isOfLog(cursor, origin.kind, origin.logId);
}

/** Another pod may have seen sooner that the topic has grown or was created again: this one will see it too. */
async function untilKnown(hub: Hub, topic: string, cursor: Cursor, signal: AbortSignal): Promise<void> {
  for (;;) {
    const origin = hub.originOf(topic);
    const isOurs = origin !== undefined && cursor.topic === topic && isOfLog(cursor, origin.kind, origin.logId);
    if (!isOurs) return;
    const isKnown =
      cursor.epoch === origin.epoch
        ? cursor.partitionCount <= origin.partitionCount
        : (await hub.history.bounds(topic, signal)).epoch !== cursor.epoch;
    if (isKnown) return;
    await hub.whenChanged(origin, signal);
  }
}

async function newest(feed: Feed, count: number, options: LastEventsOptions): Promise<Began> {
  const { served, eventCount: storedCount, isBounded } = await findLast(feed, count, options);
  return { feed, start: { served }, storedCount, isBounded };
}

async function earliest(feed: Feed, recordsMax: number, signal: AbortSignal): Promise<Began> {
  const { partitions } = await feed.topic.history.bounds(feed.topic.origin.topic, signal);
  const begins = new Map<number, number>();
  let isBounded = false;
  for (const partition of feed.floor.keys()) {
    const { oldest, end } = partitions.get(partition) ?? { oldest: 0, end: 0 };
    begins.set(partition, Math.max(oldest, end - recordsMax));
    isBounded ||= oldest < end - recordsMax;
  }
  const served: Positions = servedIn(feed, begins);
  return { feed, start: { served }, isBounded };
}
