import { setTimeout as delay } from 'node:timers/promises';
import type { Bout, Workload } from '../workload.ts';
import { cpuOf, PAYLOAD_BYTES } from './steps.ts';
import { openWitnesses, PARTITIONS, untilAllIsRead, witnesses } from './witnesses.ts';

const RECORDS = 500_000;
const WARM_UP_RECORDS = 150_000;
/** How many IDs the records have that nobody watches. */
const QUIET_IDS = 10_000;
const REST_MS = 3000;

const FIGURES = [
  { key: 'recordsPerCpuSecond', label: 'records/s per core', digits: 0, isCompared: true },
  { key: 'cpuSeconds', label: 'CPU s', digits: 2 },
  { key: 'restBusy', label: 'at rest, cores', digits: 3 },
  { key: 'tookMs', label: 'read in ms', digits: 0 },
] as const;

/**
 * What records cost that nobody watches. The server is stopped while they are written, and continued when all of them
 * wait for it in the broker: so it reads as fast as it can. When every witness has its event, all was read.
 */
export const unwatched: Workload = {
  name: 'unwatched',
  title: `${RECORDS} records of ${PAYLOAD_BYTES} bytes in ${PARTITIONS} partitions, of ${QUIET_IDS} IDs without a stream`,
  figures: FIGURES,
  payloadBytes: PAYLOAD_BYTES,
  ids: witnesses,
  connections: PARTITIONS,
  suits: (peer) => peer.fedBy === 'kafka',
  run: async (bout) => {
    await openWitnesses(bout);
    await readBacklog(bout, WARM_UP_RECORDS);
    const restUs = await cpuOf(bout, () => delay(REST_MS));
    const { cpuUs: usedUs, tookMs } = await readBacklog(bout, RECORDS);
    const restBusy = restUs / 1000 / REST_MS;
    const cpuSeconds = (usedUs - restBusy * tookMs * 1000) / 1e6;
    return { figures: { recordsPerCpuSecond: RECORDS / cpuSeconds, cpuSeconds, restBusy, tookMs } };
  },
};

async function readBacklog(bout: Bout, records: number): Promise<{ cpuUs: number; tookMs: number }> {
  const { driver, running } = bout;
  signal(running.pids, 'SIGSTOP');
  try {
    await driver.flood({ records, ids: QUIET_IDS });
    const startedAtMs = performance.now();
    const usedUs = await cpuOf(bout, () => {
      signal(running.pids, 'SIGCONT');
      return untilAllIsRead(bout);
    });
    return { cpuUs: usedUs, tookMs: performance.now() - startedAtMs };
  } finally {
    signal(running.pids, 'SIGCONT');
  }
}

function signal(pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) process.kill(pid, name);
}
