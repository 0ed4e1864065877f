import type { Peer } from './peer.ts';
import { article, feedline, feedlineWeb } from './peers/feedline.ts';
import { mercure } from './peers/mercure.ts';
import { minimalNode, minimalNodeHttp } from './peers/minimal-node.ts';
import { nchan } from './peers/nchan.ts';
import { webflux } from './peers/webflux.ts';

/** Every server of the comparison, in the order of the tables. */
export const PEERS: readonly Peer[] = [
  feedline,
  minimalNode,
  minimalNodeHttp,
  nchan,
  article,
  feedlineWeb,
  mercure,
  webflux,
];

export function peerNamed(name: string): Peer {
  const peer = PEERS.find((each) => each.name === name);
  if (peer !== undefined) return peer;
  throw new Error(`There is no server "${name}": there are ${PEERS.map((each) => each.name).join(', ')}.`);
}
