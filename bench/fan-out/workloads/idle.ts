import { setTimeout as delay } from 'node:timers/promises';
import { type Memory, memoryOf } from '../process-memory.ts';
import type { Bout, Workload } from '../workload.ts';
import { idsOf, measureLoad, openStreams, PAYLOAD_BYTES, warmUp } from './steps.ts';

const CONNECTIONS = 5000;
const WARM_UP_CONNECTIONS = 500;
const PER_S = 20;
const SECONDS = 5;
/** Until what opening has left behind is gone. */
const SETTLE_MS = 2000;
const IDS = idsOf(1);

const FIGURES = [
  { key: 'liveHeapKb', label: 'live heap KB per stream', digits: 1, isCompared: true },
  { key: 'rssKb', label: 'idle RSS KB per stream', digits: 1, isCompared: true },
  { key: 'pssKb', label: 'idle PSS KB per stream', digits: 1 },
  { key: 'loadedRssKb', label: 'loaded RSS KB per stream', digits: 1 },
  { key: 'cpuUsPerDelivery', label: 'CPU µs per delivery', digits: 1 },
] as const;

interface Look extends Memory {
  readonly liveHeapBytes: number | undefined;
}

/** What an open stream holds: before and after 5,000 are opened, each time after a forced collection where there is one. */
export const idle: Workload = {
  name: 'idle',
  title: `${CONNECTIONS} streams on 1 feed with nothing to send, then ${PER_S} events/s for ${SECONDS} s`,
  figures: FIGURES,
  payloadBytes: PAYLOAD_BYTES,
  ids: IDS,
  connections: CONNECTIONS,
  suits: () => true,
  run: async (bout) => {
    await openStreams(bout, IDS, WARM_UP_CONNECTIONS);
    await warmUp(bout, { ids: IDS, perSecond: PER_S });
    await bout.driver.closeStreams();
    const before = await look(bout);
    await openStreams(bout, IDS, CONNECTIONS);
    const after = await look(bout);
    const load = await measureLoad(bout, { ids: IDS, perSecond: PER_S, seconds: bout.seconds ?? SECONDS });
    const loaded = await memoryOf(bout.running.pids);
    const kbEach = (bytes: number): number => bytes / 1024 / CONNECTIONS;
    const figures = {
      ...(before.liveHeapBytes !== undefined &&
        after.liveHeapBytes !== undefined && { liveHeapKb: kbEach(after.liveHeapBytes - before.liveHeapBytes) }),
      rssKb: kbEach(after.rssBytes - before.rssBytes),
      pssKb: kbEach(after.pssBytes - before.pssBytes),
      loadedRssKb: kbEach(loaded.rssBytes - before.rssBytes),
      cpuUsPerDelivery: load.cpuUs / load.deliveries,
    };
    return { figures };
  },
};

async function look({ running }: Bout): Promise<Look> {
  await delay(SETTLE_MS);
  const liveHeapBytes = await running.liveHeapBytes?.();
  return { ...(await memoryOf(running.pids)), liveHeapBytes };
}
