import { type ConnectionFault, isMomentFault } from '#lib/protocol/connection-fault.ts';
import type { LaneName } from './lanes.ts';
import type { RaceRun } from './race.ts';

/** A fault of a moment strikes so long after it is asked for, ms: the connection that carries it has to be open by then. */
const FAULT_LEAD_MS = 1500;

/** A fault from now on: once, and with no value, where nothing else is said. */
export type AskedFault = Pick<ConnectionFault, 'kind'> & Partial<Omit<ConnectionFault, 'kind' | 'fromMs'>>;

/** Gives these faults, by the server's clock, to the lanes that are named; to every lane where none is. */
export function faultLanes(
  run: RaceRun,
  asked: readonly AskedFault[],
  {
    nowMs,
    only,
    leadMs = FAULT_LEAD_MS,
  }: { readonly nowMs: number; readonly only?: LaneName; readonly leadMs?: number },
): void {
  const serverNowMs = Math.round(nowMs + run.serverOffsetMs());
  const faults = asked.map((fault): ConnectionFault => {
    const fromMs = serverNowMs + (isMomentFault(fault.kind) ? leadMs : 0);
    return { value: 0, times: 1, everyMs: 0, forMs: 0, ...fault, fromMs };
  });
  for (const [name, feed] of run.lanes) if (only === undefined || only === name) feed.setFaults(faults);
}
