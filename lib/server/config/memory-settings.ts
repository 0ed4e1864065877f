import { z } from 'zod';
import { whole } from './setting.ts';

export interface RingConfig {
  readonly frames: number;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly idleBytes: number;
  readonly lingerMs: number;
}

/** Reading what is no longer in memory. */
export interface HistoryConfig {
  /** Bytes of one fetch, as Kafka has stored them. */
  readonly fetchBytes: number;
  /** Bytes of values that one reader is given at once. */
  readonly pageBytes: number;
  /** Most partitions that are scanned at the same time. */
  readonly scansMax: number;
  /** How far back a client without a cursor may begin: records of each partition, of whatever key. */
  readonly beginRecordsMax: number;
}

export const memorySettings = z.object({
  HISTORY_FETCH_BYTES: whole(1_024, 104_857_600, 262_144),
  HISTORY_PAGE_BYTES: whole(1_024, 104_857_600, 65_536),
  HISTORY_SCANS: whole(1, 1_000, 4),
  BEGIN_RECORDS: whole(0, 1_000_000_000, 100_000),
  RING_FRAMES: whole(1, 1_000_000, 1_000),
  RING_BYTES: whole(1_024, 1_073_741_824, 4_194_304),
  RING_TOTAL_BYTES: whole(1_024, 1_099_511_627_776, 268_435_456),
  RING_IDLE_BYTES: whole(0, 17_179_869_184, 134_217_728),
  RING_LINGER_MS: whole(0, 3_600_000, 60_000),
});

type MemorySettings = z.infer<typeof memorySettings>;

export function ringConfigOf(env: MemorySettings): RingConfig {
  return {
    frames: env.RING_FRAMES,
    bytes: env.RING_BYTES,
    totalBytes: env.RING_TOTAL_BYTES,
    idleBytes: env.RING_IDLE_BYTES,
    lingerMs: env.RING_LINGER_MS,
  };
}

export function historyConfigOf(env: MemorySettings): HistoryConfig {
  return {
    fetchBytes: env.HISTORY_FETCH_BYTES,
    pageBytes: env.HISTORY_PAGE_BYTES,
    scansMax: env.HISTORY_SCANS,
    beginRecordsMax: env.BEGIN_RECORDS,
  };
}
