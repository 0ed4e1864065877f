import type { Driver } from './driver-client.ts';
import type { Peer, RunningPeer } from './peer.ts';

/** One server in one workload, once. */
export interface Bout {
  readonly peer: Peer;
  readonly running: RunningPeer;
  readonly driver: Driver;
  /** How long the measured load lasts, where the workload's own length is not wanted. */
  readonly seconds: number | undefined;
  readonly log: (line: string) => void;
}

/** A column of a workload's table, and a key of its results. */
export interface FigureSpec {
  readonly key: string;
  readonly label: string;
  readonly digits: number;
  /** The servers are compared by it: it has a column for the ratio to the reference. */
  readonly isCompared?: boolean;
}

export interface Workload {
  readonly name: string;
  /** What is done, in one line. */
  readonly title: string;
  readonly figures: readonly FigureSpec[];
  readonly payloadBytes: number;
  /** Every ID that there are events or streams of. */
  readonly ids: readonly string[];
  /** The most streams that are open at once. */
  readonly connections: number;
  suits(peer: Peer): boolean;
  run(bout: Bout): Promise<Outcome>;
}

export interface Outcome {
  /** Without one that there was not. */
  readonly figures: Readonly<Record<string, number>>;
  /** It was the way in that was at its limit: what the server could do is more, or as much. */
  readonly isFeedBound?: boolean;
  /** What the figures were taken from, where that is more than they are. */
  readonly details?: readonly object[];
}

/** A run that lost, repeated or reordered something, or could not go on: it has no figures. */
export class RunFailed extends Error {}
