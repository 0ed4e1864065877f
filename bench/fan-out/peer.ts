/** What a peer is started with. */
export interface PeerOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly log: (line: string) => void;
  /** Takes what stops the peer and all that it started; run last to first. */
  readonly undo: (() => Promise<unknown>)[];
}

/** A server that runs and accepts streams. */
export interface RunningPeer {
  /** All processes whose CPU and memory count. */
  readonly pids: readonly number[];
  streamUrl(id: string): string;
  /** Of a peer fed by HTTP: where an event of this ID is POSTed. */
  publishUrl?(id: string): string;
  readonly publishHeaders?: Record<string, string>;
  /** Of a Node peer: collects garbage, and gives the bytes of the heap that live. */
  liveHeapBytes?(): Promise<number>;
}

/** One server of the comparison. */
export interface Peer {
  readonly name: string;
  readonly fedBy: 'kafka' | 'http';
  /** Only when named with --servers. */
  readonly isOnRequest: boolean;
  /** Installs or builds what it needs; gives why it cannot run here, in words, or undefined. */
  prepare(log: (line: string) => void): Promise<string | undefined>;
  start(options: PeerOptions): Promise<RunningPeer>;
  /** The body that publishes one event over HTTP, where that is not the value itself. */
  publishBody?(id: string, value: string): string;
}
