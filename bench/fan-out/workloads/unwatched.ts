import { setTimeout as delay } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import { cpuUs } from '../process-cost.ts';
import { type Bout, RunFailed, type Workload } from '../workload.ts';
import { PAYLOAD_BYTES, warmUp } from './steps.ts';

const RECORDS = 500_000;
const WARM_UP_RECORDS = 150_000;
/** How many IDs the records have that nobody watches. */
const QUIET_IDS = 10_000;
const PARTITIONS = 6;
const REST_MS = 3000;
const WITNESS_PER_S = 600;

const FIGURES = [
  { key: 'recordsPerCpuSecond', label: 'records/s per core', digits: 0 },
  { key: 'cpuSeconds', label: 'CPU s', digits: 2 },
  { key: 'restBusy', label: 'at rest, cores', digits: 3 },
  { key: 'tookMs', label: 'read in ms', digits: 0 },
] as const;

const witnesses = idPerPartition();

/**
 * What records cost that nobody watches. The server is stopped while they are written, and continued when all of them
 * wait for it in the broker: so it reads as fast as it can. An ID that lies behind them in each partition has one
 * stream; when each has got its event, all was read.
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
    const { driver, running } = bout;
    await driver.open({ streams: witnesses.map((id) => ({ id, url: running.streamUrl(id) })), perSecond: 100 });
    await warmUp(bout, { ids: witnesses, perSecond: 100 });
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
  } finally {
    signal(running.pids, 'SIGCONT');
  }
  const startedAtMs = performance.now();
  const usedUs = await cpuOf(bout, async () => {
    const load = { ids: witnesses, perSecond: WITNESS_PER_S, seconds: witnesses.length / WITNESS_PER_S };
    const { faults } = await driver.load(load);
    if (faults.length > 0) throw new RunFailed(faults.join('; '));
  });
  return { cpuUs: usedUs, tookMs: performance.now() - startedAtMs };
}

function signal(pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) process.kill(pid, name);
}

async function cpuOf({ running }: Bout, work: () => Promise<unknown>): Promise<number> {
  const before = await cpuUs(running.pids);
  await work();
  return (await cpuUs(running.pids)) - before;
}

/** For each partition an ID whose records the producer puts there. */
function idPerPartition(): readonly string[] {
  const partitionOf = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  const ids = new Map<number, string>();
  for (let number = 0; ids.size < PARTITIONS; number += 1) {
    const id = `witness-${number}`;
    const partition = partitionOf({ topic: '', partitionMetadata, message: { key: id, value: null } });
    if (!ids.has(partition)) ids.set(partition, id);
  }
  return [...ids.values()];
}
