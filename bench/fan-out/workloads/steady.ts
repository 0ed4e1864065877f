import type { FigureSpec, Workload } from '../workload.ts';
import { idsOf, measureLoad, openStreams, PAYLOAD_BYTES, warmUp } from './steps.ts';

export const COST: FigureSpec = { key: 'cpuUsPerDelivery', label: 'CPU µs per delivery', digits: 1 };
const P99 = { key: 'p99Ms', label: 'p99 ms', digits: 1 };
const OTHERS = [
  { key: 'p50Ms', label: 'p50 ms', digits: 1 },
  { key: 'deliveriesPerSecond', label: 'deliveries/s', digits: 0 },
  { key: 'serverBusy', label: 'server, cores', digits: 2 },
  { key: 'driverBusy', label: 'driver, cores', digits: 2 },
] as const;

export interface SteadyOptions {
  readonly name: string;
  readonly connections: number;
  readonly feeds: number;
  readonly perSecond: number;
  readonly seconds?: number;
  readonly payloadBytes?: number;
  /** The servers are compared by their p99, and not by what a delivery costs. */
  readonly isForLatency?: boolean;
}

/** A steady load: so many streams over so many feeds, so many events a second. */
export function steady(options: SteadyOptions): Workload {
  const { name, connections, feeds, perSecond, seconds = 10, payloadBytes = PAYLOAD_BYTES } = options;
  const costs = { ...COST, isCompared: true };
  const late = { ...P99, isCompared: true };
  const figures = options.isForLatency ? [late, COST, ...OTHERS] : [costs, P99, ...OTHERS];
  const ids = idsOf(feeds);
  return {
    name,
    title: `${connections} streams on ${feeds} feeds, ${perSecond} events/s of ${payloadBytes} bytes for ${seconds} s`,
    figures,
    payloadBytes,
    ids,
    connections,
    suits: () => true,
    run: async (bout) => {
      await openStreams(bout, ids, connections);
      await warmUp(bout, { ids, perSecond });
      const load = await measureLoad(bout, { ids, perSecond, seconds: bout.seconds ?? seconds });
      const figures = {
        cpuUsPerDelivery: load.cpuUs / load.deliveries,
        p50Ms: load.latency.p50Ms,
        p99Ms: load.latency.p99Ms,
        deliveriesPerSecond: (load.deliveries * 1000) / load.tookMs,
        serverBusy: load.cpuUs / 1000 / load.tookMs,
        driverBusy: load.driverBusy,
      };
      return { figures };
    },
  };
}
