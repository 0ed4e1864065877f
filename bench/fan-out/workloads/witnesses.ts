import { Partitioners } from 'kafkajs';
import { type Bout, RunFailed } from '../workload.ts';
import { warmUp } from './steps.ts';

export const PARTITIONS = 6;
const OPEN_PER_S = 100;
const WARM_UP_PER_S = 100;
const LAST_PER_S = 600;

/** Of each partition an ID that has a stream: its event comes when all that lies before it was read. */
export const witnesses = idPerPartition();

export async function openWitnesses(bout: Bout): Promise<void> {
  const streams = witnesses.map((id) => ({ id, url: bout.running.streamUrl(id) }));
  await bout.driver.open({ streams, perSecond: OPEN_PER_S });
  await warmUp(bout, { ids: witnesses, perSecond: WARM_UP_PER_S });
}

/** Writes an event for each witness behind all that was written before, and waits until each has come. */
export async function untilAllIsRead({ driver }: Bout): Promise<void> {
  const load = { ids: witnesses, perSecond: LAST_PER_S, seconds: witnesses.length / LAST_PER_S };
  const { faults } = await driver.load(load);
  if (faults.length > 0) throw new RunFailed(faults.join('; '));
}

/** Found with the producer's own partitioner. */
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
