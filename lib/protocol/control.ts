import type { RecordLogKind } from './constants.ts';
import type { Readiness } from './events.ts';

/**
 * The demo's control topic: what pods tell of themselves, and the faults that they and the demo's launcher are asked
 * for. It is served like any other topic, so that a page or a program follows it as it follows any feed.
 */
export const CONTROL_TOPIC = 'feedline-control';

/** Its feed of `PodStatus`, one of each pod a second, and of `FaultOutcome`. */
export const PODS_FEED = 'pods';
/** Its feed of `FaultOrder`. */
export const FAULTS_FEED = 'faults';

/** How often a pod tells its status, ms. */
export const STATUS_EVERY_MS = 1_000;
/** A pod that has told nothing for this long is gone, or cannot be heard, ms. */
export const POD_SILENT_MS = 3_000;
/** An older order is not obeyed: whoever asked has seen by now that nothing happened, ms. */
export const ORDER_FRESH_MS = 10_000;
/** How long a fault may last, ms. */
export const FAULT_FOR_MS = { least: 100, most: 60_000 } as const;

/** A fault of a pod, of its consumer, or of the broker. */
export type PodFault =
  /** SIGKILL, by the demo's launcher, or by itself where Docker starts it again. */
  | { readonly kind: 'kill-pod'; readonly pod: string }
  /** The pod reads nothing from the record log for so long; its connections stay. */
  | { readonly kind: 'stop-consumer'; readonly pod: string; readonly forMs: number }
  /** SIGKILL, by the demo's launcher, which starts the broker again on its port and data after so long. */
  | { readonly kind: 'kill-broker'; readonly forMs: number };

/** What whoever has started a pod has to allow; it tells the pod whether it does. */
export const POD_ABILITIES = ['kill-pod', 'kill-broker'] as const;
export type PodAbility = (typeof POD_ABILITIES)[number];

/** One event of `FAULTS_FEED`. */
export interface FaultOrder {
  readonly id: string;
  /** The clock of the pod that has taken it, ms since 1970. */
  readonly atMs: number;
  readonly fault: PodFault;
}

/** `begun`: it is so now. `done`: it is over, and all is as before. `failed`: it was not done, or could not be undone. */
export const FAULT_STATES = ['begun', 'done', 'failed'] as const;

/** What has become of an order, told on `PODS_FEED` by who has done it. One order has `begun` and then another one. */
export interface FaultOutcome {
  /** Of the order. */
  readonly id: string;
  readonly fault: PodFault;
  readonly state: (typeof FAULT_STATES)[number];
  /** The pod, or `launcher`. */
  readonly by: string;
  readonly atMs: number;
  /** What has happened, as a sentence without its full stop. */
  readonly words: string;
}

/** How one pod is. Body of `/api/status`, and in the demo an event of `PODS_FEED`. */
export interface PodStatus {
  readonly pod: string;
  /** The pod's own clock, ms since 1970. */
  readonly atMs: number;
  /** Whether it should be sent clients; see `/readyz`. */
  readonly ready: boolean;
  /** Whether its process lives; see `/healthz`. */
  readonly live: boolean;
  readonly status: Readiness['status'];
  readonly reason: string;
  /** Of its process, ms since 1970: a later one is another process. */
  readonly startedAtMs: number;
  readonly uptimeMs: number;
  readonly recordLog: {
    readonly kind: RecordLogKind;
    /** Whether every topic is being read, and the record log has answered just now. */
    readonly connected: boolean;
    /** Records that are stored and that it has not read yet; null where the record log does not say. */
    readonly lagRecords: number | null;
    /** Since it has read a record; null before the first one. The control topic does not count. */
    readonly lastRecordAgeMs: number | null;
  };
  readonly hub: { readonly feeds: number; readonly readers: number; readonly ringBytes: number };
  readonly transports: {
    readonly streams: number;
    readonly pollsWaiting: number;
    /** Readers that read from the record log what is no longer in memory. */
    readonly catchingUp: number;
    /** Streams that have ended by themselves for their age, so far. */
    readonly rotations: number;
  };
  readonly process: {
    /** Of the last second or so, ms. */
    readonly eventLoopDelayP99Ms: number;
    readonly rssBytes: number;
    readonly heapBytes: number;
  };
  readonly draining: boolean;
  /** What may be asked for. */
  readonly abilities: readonly PodAbility[];
}
