import { type Broker, type Cluster, type Consumer, type ConsumerConfig, type Kafka, PartitionAssigners } from 'kafkajs';
import { type AbortedTransaction, type FetchedMessage, markAborted } from './aborted-records.ts';

/** A consumer together with the connections that it uses, which kafkajs makes but does not show. */
export function createConsumer(kafka: Kafka, config: ConsumerConfig): { consumer: Consumer; cluster: Cluster } {
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
  filterAborted(cluster);
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

interface FetchedPartition {
  readonly messages: readonly FetchedMessage[];
  abortedTransactions?: readonly AbortedTransaction[] | null;
}

interface Fetched {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

/** Every fetch over these connections, the consumer's own too, marks aborted records itself; see `markAborted`. */
function filterAborted(cluster: Cluster): void {
  const wrapped = new WeakSet<Broker>();
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (node) => {
    const broker = await findBroker(node);
    if (wrapped.has(broker)) return broker;
    wrapped.add(broker);
    const fetch: Broker['fetch'] = broker.fetch.bind(broker);
    broker.fetch = async (request) => {
      const fetched: Fetched = await fetch(request);
      for (const { partitions } of fetched.responses) for (const partition of partitions) markPartition(partition);
      return fetched;
    };
    return broker;
  };
}

function markPartition(partition: FetchedPartition): void {
  const { messages, abortedTransactions } = partition;
  if (!abortedTransactions || abortedTransactions.length === 0) return;
  markAborted(messages, abortedTransactions);
  // kafkajs's own filter has nothing left to do.
  partition.abortedTransactions = [];
}
