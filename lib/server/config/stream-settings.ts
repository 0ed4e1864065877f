import { z } from 'zod';
import { WATCHDOG_PINGS } from '../../protocol/constants.ts';
import { whole } from './setting.ts';

/** How a stream's bytes can go: to Node's socket itself, or through a web stream. */
export const SINK_KINDS = ['direct', 'web'] as const;
export type SinkKind = (typeof SINK_KINDS)[number];

export interface StreamConfig {
  readonly pingMs: number;
  readonly watchdogMs: number;
  readonly maxAgeMs: number;
  readonly stallMs: number;
  readonly drainMs: number;
  /** `web`: streams and polls are left to Next.js from the request to the last byte. */
  readonly sink: SinkKind;
}

export const streamSettings = z.object({
  PING_MS: whole(50, 3_600_000, 5_000),
  STREAM_MAX_AGE_MS: whole(100, 86_400_000, 150_000),
  STALL_MS: whole(100, 3_600_000, 30_000),
  DRAIN_MS: whole(0, 600_000, 5_000),
  STREAM_SINK: z.enum(SINK_KINDS, { error: 'should be direct or web' }).default('direct'),
});

type StreamSettings = z.infer<typeof streamSettings>;

export function streamConfigOf(env: StreamSettings): StreamConfig {
  return {
    pingMs: env.PING_MS,
    watchdogMs: env.PING_MS * WATCHDOG_PINGS,
    maxAgeMs: env.STREAM_MAX_AGE_MS,
    stallMs: env.STALL_MS,
    drainMs: env.DRAIN_MS,
    sink: env.STREAM_SINK,
  };
}

/** What does not hold between settings, in words. */
export function streamProblems(env: StreamSettings): readonly string[] {
  if (env.PING_MS * WATCHDOG_PINGS <= env.STREAM_MAX_AGE_MS) return [];
  return [`PING_MS should be at most a ${WATCHDOG_PINGS}rd of STREAM_MAX_AGE_MS, or no stream lives to its watchdog`];
}
