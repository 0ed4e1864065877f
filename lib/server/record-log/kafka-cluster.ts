import { type Cluster, type Consumer, type ConsumerConfig, type Kafka, PartitionAssigners } from 'kafkajs';

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
  return { consumer, cluster };
}
