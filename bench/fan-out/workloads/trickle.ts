import { type Bout, type FigureSpec, RunFailed, type Workload } from '../workload.ts';
import { cpuOf, idsOf, PAYLOAD_BYTES } from './steps.ts';
import { openWitnesses, PARTITIONS, untilAllIsRead, witnesses } from './witnesses.ts';

const QUIET_IDS = idsOf(2000);
const WARM_UP_S = 2;
/** With less, it is not the point of the curve that it is called. */
const PACE_MIN = 0.9;

export const BUSY: FigureSpec = { key: 'serverBusy', label: 'cores', digits: 3 };

/** Records that nobody watches, at a steady rate: how busy they keep the server, with all that it does at rest. */
export function trickle(perSecond: number, seconds: number): Workload {
  return {
    name: `unwatched-${perSecond}`,
    title: `${perSecond} records/s of ${PAYLOAD_BYTES} bytes that nobody watches, for ${seconds} s`,
    figures: [BUSY],
    payloadBytes: PAYLOAD_BYTES,
    ids: witnesses,
    connections: PARTITIONS,
    suits: (peer) => peer.fedBy === 'kafka',
    run: async (bout) => {
      await openWitnesses(bout);
      await produce(bout, perSecond, WARM_UP_S);
      const startedAtMs = performance.now();
      const usedUs = await cpuOf(bout, () => produce(bout, perSecond, bout.seconds ?? seconds));
      return { figures: { serverBusy: usedUs / 1000 / (performance.now() - startedAtMs) } };
    },
  };
}

async function produce(bout: Bout, perSecond: number, seconds: number): Promise<void> {
  const { faults, producedPerSecond } = await bout.driver.load({ ids: QUIET_IDS, perSecond, seconds });
  if (faults.length > 0) throw new RunFailed(faults.join('; '));
  if (producedPerSecond < PACE_MIN * perSecond) {
    throw new RunFailed(`no more than ${Math.round(producedPerSecond)} records/s could be written`);
  }
  await untilAllIsRead(bout);
}
