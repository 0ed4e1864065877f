import type { PodAbility, PodStatus } from '../../protocol/control.ts';
import type { Readiness } from '../../protocol/events.ts';
import type { HubStats } from '../hub/hub.ts';
import type { RecordLog } from '../record-log/port.ts';
import type { Polls } from '../transport/polls.ts';
import type { Streams } from '../transport/streams.ts';
import type { EventLoopDelay } from './event-loop-delay.ts';
import { lagsOf } from './lag.ts';
import type { ReadingProgress } from './reading-progress.ts';

export interface PodStatusSources {
  readonly abilities: readonly PodAbility[];
  readonly readiness: () => Readiness;
  readonly hubStats: () => HubStats;
  readonly recordLog: RecordLog;
  readonly progress: ReadingProgress;
  readonly streams: Pick<Streams, 'openCount' | 'ends'>;
  readonly polls: Pick<Polls, 'waitingCount'>;
  readonly eventLoopDelay: EventLoopDelay;
  readonly now: () => number;
}

/** One and the same in all that this process tells, whatever becomes of its clock, ms since 1970. */
const STARTED_AT_MS = Math.round(Date.now() - process.uptime() * 1_000);

/** How this pod is, as of now. Never throws. */
export async function podStatusOf(sources: PodStatusSources): Promise<PodStatus> {
  const { readiness, hubStats, recordLog, progress, streams, polls, eventLoopDelay, abilities, now } = sources;
  const lagRecords = await lagOf(recordLog, progress);
  const { pod, ready, status, reason } = readiness();
  const { feeds, readers, ringBytes, readersCatchingUp } = hubStats();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    pod,
    atMs: now(),
    ready,
    live: true,
    status,
    reason,
    startedAtMs: STARTED_AT_MS,
    uptimeMs: Math.round(process.uptime() * 1_000),
    recordLog: {
      kind: recordLog.kind,
      // That nothing comes any more is noticed in the end; that a question is not answered, at once.
      connected: recordLog.status().state === 'live' && lagRecords !== null,
      lagRecords,
      lastRecordAgeMs: progress.lastRecordAgeMs,
    },
    hub: { feeds, readers, ringBytes },
    transports: {
      streams: streams.openCount,
      pollsWaiting: polls.waitingCount,
      catchingUp: readersCatchingUp,
      rotations: streams.ends.get('rotated') ?? 0,
    },
    process: { eventLoopDelayP99Ms: eventLoopDelay.p99Ms, rssBytes: rss, heapBytes: heapUsed },
    draining: status === 'draining',
    abilities,
  };
}

/** Over all topics; null where the log does not say in time, or not of each. */
async function lagOf(recordLog: RecordLog, progress: ReadingProgress): Promise<number | null> {
  const lags = await lagsOf(recordLog, progress);
  if (lags === undefined) return null;
  return [...lags.values()].reduce((sum, lag) => (sum === null || lag === null ? null : sum + lag), 0);
}
