import type { StreamSpec } from './stream-connection.ts';

/** A server as the driver has to know it. */
export interface TargetSpec {
  readonly peer: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly payloadBytes: number;
  /** Of a peer fed by HTTP: where the events of each ID go. */
  readonly publishUrls: Readonly<Record<string, string>>;
  readonly publishHeaders: Readonly<Record<string, string>>;
}

export interface OpenSpec {
  readonly streams: readonly StreamSpec[];
  /** At most so many a second. */
  readonly perSecond: number;
}

export interface LoadSpec {
  /** Events go to these in turn. */
  readonly ids: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
}

export interface FloodSpec {
  readonly records: number;
  /** So many IDs of their own, that no stream is of. */
  readonly ids: number;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface LoadResult {
  readonly produced: number;
  /** What came in all: of every event one for each stream that its ID has. */
  readonly deliveries: number;
  readonly expected: number;
  /** From the first event's production until the last one has been received. */
  readonly tookMs: number;
  readonly producedPerSecond: number;
  /** Until the broker, or the server that is fed by HTTP, has said that it has an event. */
  readonly acceptedP99Ms: number;
  readonly latency: Latency;
  /** What was wrong, in words; a load without any has lost, repeated and reordered nothing. */
  readonly faults: readonly string[];
  /** Of the driver itself: a share of one core. */
  readonly driverBusy: number;
}

/** What the driver does when it is asked to. */
export interface DriverCommands {
  aim(target: TargetSpec): Promise<void>;
  open(spec: OpenSpec): Promise<void>;
  load(spec: LoadSpec): Promise<LoadResult>;
  flood(spec: FloodSpec): Promise<void>;
  closeStreams(): Promise<void>;
  /** Closes all streams, and forgets the target. */
  leave(): Promise<void>;
}

export type CommandName = keyof DriverCommands;

export interface Ask {
  readonly ask: number;
  readonly command: CommandName;
  readonly spec: unknown;
}

export interface Answer {
  readonly ask: number;
  readonly result?: unknown;
  readonly error?: string;
}
