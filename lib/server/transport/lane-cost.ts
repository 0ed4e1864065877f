import { EventName } from '../../protocol/constants.ts';
import type { PingData } from '../../protocol/events.ts';
import { controlEvent } from '../../protocol/sse.ts';
import type { Connection } from './connection.ts';
import type { LaneAccount } from './lane-ledger.ts';

/** What a `ping` tells of a lane. */
export function laneCost(lane: LaneAccount): Pick<PingData, 'bytes' | 'busyMs'> {
  return { bytes: lane.bytes, busyMs: Math.round(lane.busyMs * 1000) / 1000 };
}

/**
 * For a stream that has no pings of its own: text to put behind an event, which is a `ping` now and then and else
 * nothing. It never comes by itself, so the stream stays as silent as it is.
 */
export function costTeller(
  connection: Connection | undefined,
  { pod, everyMs, now }: { readonly pod: string; readonly everyMs: number; readonly now: () => number },
): () => string {
  const lane = connection?.lane;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = now();
    if (lane === undefined || nowMs - toldAtMs < everyMs) return '';
    toldAtMs = nowMs;
    const data: PingData = { serverTimeMs: nowMs, pod, ...laneCost(lane) };
    return controlEvent(EventName.ping, data);
  };
}
