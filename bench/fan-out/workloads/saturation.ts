import { type Bout, RunFailed, type Workload } from '../workload.ts';
import { idsOf, type MeasuredLoad, measureLoad, openStreams, PAYLOAD_BYTES, warmUp } from './steps.ts';

const CONNECTIONS = 200;
const FIRST_PER_S = 1000;
const STEP = 1.3;
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
  { key: 'deliveriesPerSecond', label: 'deliveries/s at p99 ≤ 1 s', digits: 0 },
  { key: 'closeDeliveriesPerSecond', label: 'at p99 ≤ 100 ms', digits: 0 },
  { key: 'cpuUsPerDelivery', label: 'CPU µs per delivery there', digits: 2 },
  { key: 'isInputTheLimit', label: 'ended by the way in', digits: 0 },
] as const;

/** Of one rate: what was measured, or why there is nothing. */
type Step = { readonly load: MeasuredLoad } | { readonly end: 'loss' | 'latency' | 'input' };

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
    let best: MeasuredLoad | undefined;
    let bestClose: MeasuredLoad | undefined;
    let end: string | undefined;
    for (let number = 0; number < STEPS_MAX && end === undefined; number += 1) {
      const step = await tryRate(bout, Math.round(FIRST_PER_S * STEP ** number));
      if ('end' in step) end = step.end;
      else {
        best = step.load;
        if (step.load.latency.p99Ms <= CLOSE_LIMIT_MS) bestClose = step.load;
      }
    }
    if (best === undefined) throw new RunFailed(`${FIRST_PER_S} events/s are too many already: ${end}`);
    return {
      deliveriesPerSecond: rateOf(best),
      closeDeliveriesPerSecond: bestClose === undefined ? 0 : rateOf(bestClose),
      cpuUsPerDelivery: best.cpuUs / best.deliveries,
      isInputTheLimit: end === 'input' ? 1 : 0,
    };
  },
};

async function tryRate(bout: Bout, perSecond: number): Promise<Step> {
  let step: Step = { end: 'latency' };
  for (let tries = 1; tries <= TRIES; tries += 1) {
    step = await oneStep(bout, perSecond);
    // What is lost once stays lost: this stream's order is broken for good.
    if ('load' in step || step.end === 'loss') return step;
  }
  return step;
}

async function oneStep(bout: Bout, perSecond: number): Promise<Step> {
  try {
    const load = await measureLoad(bout, { ids: IDS, perSecond, seconds: bout.seconds ?? STEP_S });
    if (load.latency.p99Ms > LIMIT_MS) return { end: 'latency' };
    return load.producedPerSecond < PACE_MIN * perSecond ? { end: 'input' } : { load };
  } catch (error) {
    if (error instanceof RunFailed) return { end: 'loss' };
    throw error;
  }
}

function rateOf({ deliveries, tookMs }: MeasuredLoad): number {
  return (deliveries * 1000) / tookMs;
}
