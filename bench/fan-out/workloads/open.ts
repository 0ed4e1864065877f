import { setTimeout as delay } from 'node:timers/promises';
import type { Bout, Workload } from '../workload.ts';
import { cpuOf, idsOf, openStreams, PAYLOAD_BYTES } from './steps.ts';

const CONNECTIONS = 2000;
/** Far from what any of the servers can open: nobody waits for anybody. */
const PER_S = 400;
const IDLE_MS = 3000;
/** Clearing away what was closed is not rest. */
const CLOSED_SETTLE_MS = 4000;
/** What is done behind the headers belongs to it. */
const SETTLE_MS = 500;
const IDS = idsOf(1);

const FIGURES = [
  { key: 'cpuMsPerStream', label: 'CPU ms to open a stream', digits: 3, isCompared: true },
  { key: 'cpuMsWithIdle', label: 'with what it costs at rest', digits: 3 },
  { key: 'idleBusy', label: 'at rest, cores', digits: 3 },
] as const;

/** What it costs to open a stream, without what the server uses at rest. As many are opened and closed before. */
export const open: Workload = {
  name: 'open',
  title: `${CONNECTIONS} streams on 1 feed are opened, ${PER_S} a second`,
  figures: FIGURES,
  payloadBytes: PAYLOAD_BYTES,
  ids: IDS,
  connections: CONNECTIONS,
  suits: () => true,
  run: async (bout) => {
    await openStreams(bout, IDS, CONNECTIONS, PER_S);
    await bout.driver.closeStreams();
    await delay(CLOSED_SETTLE_MS);
    const rest = await used(bout, () => delay(IDLE_MS));
    const opening = await used(bout, async () => {
      await openStreams(bout, IDS, CONNECTIONS, PER_S);
      await delay(SETTLE_MS);
    });
    const idleBusy = rest.cpuMs / rest.tookMs;
    const figures = {
      cpuMsPerStream: (opening.cpuMs - idleBusy * opening.tookMs) / CONNECTIONS,
      cpuMsWithIdle: opening.cpuMs / CONNECTIONS,
      idleBusy,
    };
    return { figures };
  },
};

async function used(bout: Bout, work: () => Promise<void>): Promise<{ cpuMs: number; tookMs: number }> {
  const startedAtMs = performance.now();
  const usedUs = await cpuOf(bout, work);
  return { cpuMs: usedUs / 1000, tookMs: performance.now() - startedAtMs };
}
