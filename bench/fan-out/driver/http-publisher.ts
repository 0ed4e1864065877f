import type { Peer } from '../peer.ts';
import { PostLane } from './post-lane.ts';
import type { OutEvent, Publisher } from './publisher.ts';

const LANES = 16;

/** Where a peer fed by HTTP takes the events of an ID. */
export interface HttpTarget {
  readonly urls: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Peer['publishBody'];
}

/** A POST for each event, over connections that are kept; the events of one ID all over the same one. */
export function httpPublisher({ urls, headers, body }: HttpTarget): Publisher {
  const lanes = new Map<number, PostLane>();
  const numbers = new Map<string, number>();
  const publishOne = ({ id, value }: OutEvent): Promise<void> => {
    const url = urls[id];
    if (url === undefined) throw new Error(`Nobody has said where events of ${id} are published.`);
    const number = numbers.get(id) ?? numbers.size % LANES;
    numbers.set(id, number);
    const lane = lanes.get(number) ?? new PostLane(new URL(url));
    lanes.set(number, lane);
    return lane.post(url, headers, body?.(id, value) ?? value);
  };
  return {
    publish: async (events) => {
      await Promise.all(events.map(publishOne));
    },
    close: async () => {
      for (const lane of lanes.values()) lane.close();
    },
  };
}
