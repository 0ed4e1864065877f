import type { PodView } from '#lib/client/pods-model.ts';

/** What the pods that are there are together. */
export interface PodTotals {
  readonly pods: number;
  readonly connected: number;
  /** Of the pod that is furthest behind: each of them reads every record. Null where none says. */
  readonly lagRecords: number | null;
  /** Of the pod that has read last; null where none has. */
  readonly lastRecordAgeMs: number | null;
  readonly feeds: number;
  readonly readers: number;
  readonly ringBytes: number;
  readonly streams: number;
  readonly pollsWaiting: number;
  readonly catchingUp: number;
  readonly rotations: number;
  /** Of the pod that is worst off, ms. */
  readonly eventLoopDelayP99Ms: number;
  readonly rssBytes: number;
  /** Of the youngest, ms; null where there is none. */
  readonly uptimeMs: number | null;
  readonly draining: number;
}

/** Over all pods but those that are gone. */
export function podTotals(all: readonly PodView[]): PodTotals {
  const pods = all.filter(({ isGone }) => !isGone);
  const sum = (of: (pod: PodView) => number): number => pods.reduce((total, pod) => total + of(pod), 0);
  const known = (of: (pod: PodView) => number | null): number[] => pods.map(of).filter((value) => value !== null);
  return {
    pods: pods.length,
    connected: pods.filter(({ recordLog }) => recordLog.connected).length,
    lagRecords: most(known(({ recordLog }) => recordLog.lagRecords)),
    lastRecordAgeMs: least(known(({ recordLog }) => recordLog.lastRecordAgeMs)),
    feeds: sum(({ hub }) => hub.feeds),
    readers: sum(({ hub }) => hub.readers),
    ringBytes: sum(({ hub }) => hub.ringBytes),
    streams: sum(({ transports }) => transports.streams),
    pollsWaiting: sum(({ transports }) => transports.pollsWaiting),
    catchingUp: sum(({ transports }) => transports.catchingUp),
    rotations: sum(({ transports }) => transports.rotations),
    eventLoopDelayP99Ms: most(pods.map(({ process }) => process.eventLoopDelayP99Ms)) ?? 0,
    rssBytes: sum(({ process }) => process.rssBytes),
    uptimeMs: least(pods.map(({ uptimeMs }) => uptimeMs)),
    draining: pods.filter(({ draining }) => draining).length,
  };
}

function most(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values);
}
