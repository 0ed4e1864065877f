import { localKafkaObstacle } from '#scripts/kafka/java.ts';
import { type LocalKafka, startLocalKafka } from '#scripts/local-kafka.ts';

/**
 * Makes sure that the tests' environment says what they may use of Kafka (see `test-broker.ts`): a broker that is
 * given (`KAFKA_BROKERS`), else a local one, else the reason why there is none. What is set already stays.
 *
 * @returns the broker to stop afterwards, where one was started
 */
export async function provideSharedBroker(
  log: (line: string) => void = () => undefined,
): Promise<LocalKafka | undefined> {
  const obstacle = await localKafkaObstacle();
  if (obstacle !== undefined) process.env.NO_LOCAL_KAFKA_REASON ??= obstacle;
  if (process.env.TEST_KAFKA_BROKERS || process.env.NO_BROKER_REASON) return undefined;
  if (process.env.KAFKA_BROKERS) {
    process.env.TEST_KAFKA_BROKERS = process.env.KAFKA_BROKERS;
    return undefined;
  }
  if (obstacle !== undefined) {
    process.env.NO_BROKER_REASON = `no broker: KAFKA_BROKERS is not set, and there is ${obstacle}`;
    return undefined;
  }
  const kafka = await startLocalKafka({ log });
  process.env.TEST_KAFKA_BROKERS = kafka.brokers.join(',');
  return kafka;
}
