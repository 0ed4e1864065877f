import { CONTROL_TOPIC } from '#lib/protocol/control.ts';
import { dockerKafkaObstacle, startDockerKafka } from '#scripts/demo/docker-kafka.ts';
import type { DemoOptions } from '#scripts/demo/options.ts';
import { type BrokerRun, OwnBroker } from '#scripts/demo/own-broker.ts';
import { givenKafkaLog, memoryLog, ownKafkaLog, type RunningLog } from '#scripts/demo/running-log.ts';
import { answersMetadata, ensureTopic } from '#scripts/kafka/admin.ts';
import { ensureControlTopic } from '#scripts/kafka/control-topic.ts';
import { KAFKA_VERSION } from '#scripts/kafka/jars.ts';
import { localKafkaObstacle } from '#scripts/kafka/java.ts';
import { type LocalKafka, startLocalKafka } from '#scripts/local-kafka.ts';
import { isPortFree, nextFreePort } from '#scripts/process/ports.ts';

/** On a broker that the demo has started. */
const OWN_TOPIC = 'orders';
/** On any other broker, where a topic called orders may be a real one. */
const GUEST_TOPIC = 'feedline-demo';
const START_TRIES_MAX = 3;

/**
 * Picks the record log and starts it: the brokers that are given, else Docker, else Java and Maven, else none.
 *
 * @throws Error where brokers are given and do not answer: a demo on something else would not be what was asked for
 */
export async function startRecordLog(
  options: DemoOptions,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<RunningLog> {
  if (options.brokers.length > 0) return givenKafka(options.brokers);
  const docker = await dockerKafka(options, signal, log);
  if (typeof docker !== 'string') return docker;
  const local = await localKafkaObstacle();
  if (local === undefined) return localKafka(options.kafkaPort, docker, log);
  return memoryLog(`in-process, not Kafka: no KAFKA_BROKERS, ${docker}, ${local}`);
}

async function givenKafka(brokers: readonly string[]): Promise<RunningLog> {
  const where = brokers.join(',');
  if (!(await answersMetadata(brokers))) {
    throw new Error(`No answer from KAFKA_BROKERS=${where}: start that Kafka, or unset the variable.`);
  }
  await ensureTopics(brokers, GUEST_TOPIC);
  const outcome = `Kafka on ${where}, topics ${GUEST_TOPIC} and ${CONTROL_TOPIC} only: KAFKA_BROKERS is set`;
  return givenKafkaLog(brokers, GUEST_TOPIC, outcome);
}

/** @returns the log, or why Docker cannot give one: then the next choice is as good */
async function dockerKafka(
  options: DemoOptions,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<RunningLog | string> {
  const obstacle = await dockerKafkaObstacle(log);
  if (obstacle !== undefined) return obstacle;
  try {
    const kafka = await startDockerKafka(await nextFreePort(options.kafkaPort));
    await ensureTopics(kafka.brokers, OWN_TOPIC);
    const outcome = `Kafka ${KAFKA_VERSION} in Docker on ${kafka.brokers.join()}, topic ${OWN_TOPIC}: Docker is running`;
    return ownKafkaLog(kafka.brokers, OWN_TOPIC, new OwnBroker(kafka), outcome);
  } catch (error) {
    signal.throwIfAborted();
    log(`Kafka in Docker did not start: ${(error as Error).message}`);
    return 'Kafka in Docker did not start';
  }
}

async function localKafka(fromPort: number, docker: string, log: (line: string) => void): Promise<RunningLog> {
  const kafka = await startOnFreePort(fromPort, log);
  await ensureTopics(kafka.brokers, OWN_TOPIC);
  const where = `${kafka.brokers.join()}, topic ${OWN_TOPIC}`;
  const outcome = `Apache Kafka ${KAFKA_VERSION} on ${where}: ${docker}, but Java is here`;
  return ownKafkaLog(kafka.brokers, OWN_TOPIC, new OwnBroker(localRun(kafka)), outcome);
}

/** Another demo that is started at the same time may take the port while Java starts: then the next one. */
async function startOnFreePort(fromPort: number, log: (line: string) => void): Promise<LocalKafka> {
  for (let tries = 1; ; tries += 1) {
    const port = await nextFreePort(fromPort);
    try {
      return await startLocalKafka({ port, log });
    } catch (error) {
      if (tries === START_TRIES_MAX || (await isPortFree(port))) throw error;
    }
  }
}

function localRun(kafka: LocalKafka): BrokerRun {
  return {
    place: `PID ${kafka.pid}`,
    exited: kafka.exited.then(async ({ reason }) => `${reason}\n${await kafka.lastLogLines()}`),
    crash: kafka.kill,
    startAgain: async () => localRun(await kafka.restart()),
    stop: kafka.stop,
    kill: () => kafka.kill().then(kafka.stop),
  };
}

async function ensureTopics(brokers: readonly string[], topic: string): Promise<void> {
  await ensureTopic(brokers, { topic });
  await ensureControlTopic(brokers);
}
