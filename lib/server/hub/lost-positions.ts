import type { Positions } from '../../protocol/cursor.ts';
import type { Feed } from './feed.ts';

/**
 * Asks the record log whether positions that are ahead of this pod exist at all.
 *
 * @returns where reading goes on in the partitions of the feed that end below them; undefined where none does, or where
 *   the feed was restarted meanwhile, which tells its readers itself
 * @throws the reason of the signal
 */
export async function lostPositions(
  feed: Feed,
  served: Positions,
  signal: AbortSignal,
): Promise<Positions | undefined> {
  const { origin, history } = feed.topic;
  const { epochStart } = feed;
  const bounds = await history.bounds(origin.topic, signal);
  if (bounds.epoch !== origin.epoch || feed.epochStart !== epochStart) return undefined;
  const lost = new Map<number, number>();
  for (const [partition, position] of served) {
    const { oldest = 0, end = position } = bounds.partitions.get(partition) ?? {};
    if (position > end && position > feed.topic.position(partition)) lost.set(partition, oldest);
  }
  return lost.size === 0 ? undefined : lost;
}
