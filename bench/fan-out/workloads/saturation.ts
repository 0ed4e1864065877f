import type { Latency, LoadResult } from '../driver/protocol.ts';
import { type Bout, RunFailed, type Workload } from '../workload.ts';
import { idsOf, measureLoad, openStreams, PAYLOAD_BYTES, warmUp } from './steps.ts';

const CONNECTIONS = 200;
const FIRST_PER_S = 300;
const STEP = 1.4;
const STEP_S = 4;
const STEPS_MAX = 20;
/** A step that was disturbed is tried once more. */
const TRIES = 2;
const LIMIT_MS = 1000;
const CLOSE_LIMIT_MS = 100;
/** Below this share of the wanted rate it is the way in that is at its limit, and not the server. */
const PACE_MIN = 0.95;
const IDS = idsOf(1);

const FIGURES = [
  { key: 'deliveriesPerSecond', label: 'deliveries/s at p99 ≤ 1 s', digits: 0, isCompared: true },
  { key: 'closeDeliveriesPerSecond', label: 'at p99 ≤ 100 ms', digits: 0, isCompared: true },
  { key: 'cpuUsPerDelivery', label: 'CPU µs per delivery there', digits: 2 },
] as const;

/** One rate, once; without figures where something was lost. */
interface Step extends Partial<StepFigures> {
  readonly eventsPerSecond: number;
  readonly outcome: 'good' | 'loss' | 'too late' | 'the way in is no faster';
}

interface StepFigures {
  readonly deliveriesPerSecond: number;
  readonly cpuUsPerDelivery: number;
  readonly latency: Latency;
  readonly acceptedP99Ms: number;
  readonly serverBusy: number;
  readonly driverBusy: number;
}

/** The rate goes up until events come too late, or not at all. Each server goes as far as it can. */
export const saturation: Workload = {
  name: 'saturation',
  title: `${CONNECTIONS} streams on 1 feed, from ${FIRST_PER_S} events/s × ${STEP} every ${STEP_S} s, until p99 > 1 s`,
  figures: FIGURES,
  payloadBytes: PAYLOAD_BYTES,
  ids: IDS,
  connections: CONNECTIONS,
  suits: () => true,
  run: async (bout) => {
    await openStreams(bout, IDS, CONNECTIONS);
    await warmUp(bout, { ids: IDS, perSecond: FIRST_PER_S });
    const steps = await climb(bout);
    const good = steps.filter(isGood);
    const best = good.at(-1);
    if (best === undefined) throw new RunFailed(`${FIRST_PER_S} events/s are too many already`);
    const close = good.filter(({ latency }) => latency.p99Ms <= CLOSE_LIMIT_MS).at(-1);
    const figures = {
      deliveriesPerSecond: best.deliveriesPerSecond,
      ...(close !== undefined && { closeDeliveriesPerSecond: close.deliveriesPerSecond }),
      cpuUsPerDelivery: best.cpuUsPerDelivery,
    };
    return { figures, isFeedBound: steps.at(-1)?.outcome === 'the way in is no faster', details: steps };
  },
};

function isGood(step: Step): step is Step & StepFigures {
  return step.outcome === 'good';
}

async function climb(bout: Bout): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (let number = 0; number < STEPS_MAX; number += 1) {
    const step = await tryRate(bout, Math.round(FIRST_PER_S * STEP ** number), steps);
    if (step.outcome !== 'good') break;
  }
  return steps;
}

async function tryRate(bout: Bout, perSecond: number, steps: Step[]): Promise<Step> {
  for (let tries = 1; ; tries += 1) {
    const step = await oneStep(bout, perSecond);
    steps.push(step);
    bout.log(`  ${perSecond} events/s: ${step.outcome}, p99 ${step.latency?.p99Ms.toFixed(1)} ms`);
    // What is lost once stays lost: there is no order any more that the next step could be held to.
    if (step.outcome === 'good' || step.outcome === 'loss' || tries === TRIES) return step;
  }
}

async function oneStep(bout: Bout, perSecond: number): Promise<Step> {
  try {
    const load = await measureLoad(bout, { ids: IDS, perSecond, seconds: bout.seconds ?? STEP_S });
    return {
      eventsPerSecond: perSecond,
      outcome: outcomeOf(load, perSecond),
      deliveriesPerSecond: (load.deliveries * 1000) / load.tookMs,
      cpuUsPerDelivery: load.cpuUs / load.deliveries,
      latency: load.latency,
      acceptedP99Ms: load.acceptedP99Ms,
      serverBusy: load.cpuUs / 1000 / load.tookMs,
      driverBusy: load.driverBusy,
    };
  } catch (error) {
    if (!(error instanceof RunFailed)) throw error;
    bout.log(`  ${error.message}`);
    return { eventsPerSecond: perSecond, outcome: 'loss' };
  }
}

function outcomeOf({ latency, producedPerSecond }: LoadResult, perSecond: number): Step['outcome'] {
  if (latency.p99Ms > LIMIT_MS) return 'too late';
  return producedPerSecond < PACE_MIN * perSecond ? 'the way in is no faster' : 'good';
}
