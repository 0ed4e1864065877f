import { type Broker, type Cluster, type Consumer, type ConsumerConfig, type Kafka, PartitionAssigners } from 'kafkajs';
import { decodeFetches } from './kafka-fetch.ts';
import { paceFetches } from './kafka-pace.ts';

/**
 * A consumer together with the connections that it uses, which kafkajs makes but does not show.
 *
 * @param fetchIntervalMs between the beginnings of two fetches at least; default none
 */
export function createConsumer(
  kafka: Kafka,
  config: ConsumerConfig,
  fetchIntervalMs?: number,
): { consumer: Consumer; cluster: Cluster } {
  const captured: Cluster[] = [];
  const consumer = kafka.consumer({
    ...config,
    // The only public way to them: assigners are given it.
    partitionAssigners: [
      (options) => {
        captured.push(options.cluster);
        return PartitionAssigners.roundRobin(options);
      },
    ],
  });
  const [cluster] = captured;
  if (cluster === undefined) throw new Error('kafkajs has made a consumer without its partition assigner.');
  watchBrokers(cluster, (broker) => {
    decodeFetches(broker);
    if (fetchIntervalMs !== undefined) paceFetches(broker, fetchIntervalMs);
  });
  return { consumer, cluster };
}

/** ListOffsets: of each partition the first offset kept, or the one behind its last committed record. */
export async function listOffsets(
  cluster: Cluster,
  topic: string,
  { partitions, fromBeginning }: { readonly partitions: readonly number[]; readonly fromBeginning: boolean },
): Promise<Map<number, number>> {
  const asked = partitions.map((partition) => ({ partition }));
  const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions: asked, fromBeginning }]);
  return new Map((answer?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
}

/** Every broker that is asked for over these connections, by kafkajs itself too, comes by here first. */
function watchBrokers(cluster: Cluster, onNew: (broker: Broker) => void): void {
  const known = new WeakSet<Broker>();
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (node) => {
    const broker = await findBroker(node);
    if (!known.has(broker)) onNew(broker);
    known.add(broker);
    return broker;
  };
}
