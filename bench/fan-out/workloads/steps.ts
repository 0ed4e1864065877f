import { setTimeout as delay } from 'node:timers/promises';
import type { LoadResult, LoadSpec } from '../driver/protocol.ts';
import { cpuUs } from '../process-cost.ts';
import { type Bout, RunFailed } from '../workload.ts';

/** As fast as streams are opened where that is not what is measured. */
const OPEN_PER_S = 1000;
/** The server's compiler is done by then, and its heap has found its size. */
const WARM_UP_S = 3;
const SETTLE_MS = 1000;

export const PAYLOAD_BYTES = 200;

export function idsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `feed-${index}`);
}

/** Opens so many streams, on the IDs in turn. */
export async function openStreams(
  { driver, running }: Bout,
  ids: readonly string[],
  count: number,
  perSecond = OPEN_PER_S,
): Promise<void> {
  const streams = Array.from({ length: count }, (_, index) => {
    const id = ids[index % ids.length] as string;
    return { id, url: running.streamUrl(id) };
  });
  await driver.open({ streams, perSecond });
}

/** The workload's own load for a while, which only has to arrive at last: a consumer may still be finding its place. */
export async function warmUp({ driver }: Bout, load: Omit<LoadSpec, 'seconds'>): Promise<void> {
  const { faults } = await driver.load({ ...load, seconds: WARM_UP_S });
  if (faults.length > 0) throw new RunFailed(`warming up: ${faults.join('; ')}`);
  await delay(SETTLE_MS);
}

/** What the server uses of the CPU during this work. */
export async function cpuOf({ running }: Bout, work: () => Promise<unknown>): Promise<number> {
  const before = await cpuUs(running.pids);
  await work();
  return (await cpuUs(running.pids)) - before;
}

export interface MeasuredLoad extends LoadResult {
  readonly cpuUs: number;
}

/** @throws RunFailed where one event is missing, repeated or out of order */
export async function measureLoad({ driver, running }: Bout, load: LoadSpec): Promise<MeasuredLoad> {
  const cpuBefore = await cpuUs(running.pids);
  const result = await driver.load(load);
  const cpuUsed = (await cpuUs(running.pids)) - cpuBefore;
  if (result.faults.length > 0) throw new RunFailed(result.faults.join('; '));
  if (result.deliveries !== result.expected) {
    throw new RunFailed(`${result.deliveries} events have come where ${result.expected} were due`);
  }
  return { ...result, cpuUs: cpuUsed };
}
