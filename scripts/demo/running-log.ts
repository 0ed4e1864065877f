import { randomBytes } from 'node:crypto';
import type { OwnBroker } from '#scripts/demo/own-broker.ts';

/** The demo's record log, running. */
export interface RunningLog {
  /** What it is and why it was chosen, for people. */
  readonly outcome: string;
  /** Whether all pods read the same records, as from Kafka; else each has records of its own. */
  readonly isShared: boolean;
  /**
   * What the pods' names end with. On a given Kafka other demos may run at the same time, and pods of one name would hear
   * of each other over the control topic.
   */
  readonly podSuffix: string;
  /** The broker, where it is the demo's own to kill. */
  readonly broker: OwnBroker | undefined;
  /** The server's settings for it. */
  readonly serverEnv: Readonly<Record<string, string | undefined>>;
  /** The producer's arguments for it, given the server's address. */
  readonly producerArgs: (baseUrl: string) => readonly string[];
  /** Resolves, with the reason and the last log lines, when it ends by itself. Never, where it is not ours. */
  readonly exited: Promise<string>;
  /** Ends what was started. */
  readonly stop: () => Promise<void>;
  /** The same, at once. */
  readonly kill: () => Promise<void>;
}

const never = new Promise<string>(() => undefined);
const nothing = async () => undefined;

/** No Kafka at all: records live in the server's process. */
export function memoryLog(outcome: string): RunningLog {
  return {
    outcome,
    isShared: false,
    podSuffix: '',
    broker: undefined,
    serverEnv: { RECORD_LOG: 'memory', KAFKA_BROKERS: undefined, KAFKA_TOPICS: 'orders' },
    producerArgs: (baseUrl) => ['--url', baseUrl],
    exited: never,
    stop: nothing,
    kill: nothing,
  };
}

/** A Kafka that was here before, and stays. */
export function givenKafkaLog(brokers: readonly string[], topic: string, outcome: string): RunningLog {
  const podSuffix = `-${randomBytes(2).toString('hex')}`;
  const ended = { exited: never, stop: nothing, kill: nothing };
  return { ...kafkaLog(brokers, topic), outcome, podSuffix, broker: undefined, ...ended };
}

/** A broker that the demo has started. */
export function ownKafkaLog(brokers: readonly string[], topic: string, broker: OwnBroker, outcome: string): RunningLog {
  const ended = { exited: broker.exited, stop: () => broker.stop(), kill: () => broker.kill() };
  return { ...kafkaLog(brokers, topic), outcome, podSuffix: '', broker, ...ended };
}

/** What a log on Kafka has in common, wherever the broker is. */
function kafkaLog(
  brokers: readonly string[],
  topic: string,
): Pick<RunningLog, 'isShared' | 'serverEnv' | 'producerArgs'> {
  return {
    isShared: true,
    serverEnv: { RECORD_LOG: 'kafka', KAFKA_BROKERS: brokers.join(','), KAFKA_TOPICS: topic },
    producerArgs: () => ['--brokers', brokers.join(','), '--topic', topic, '--create-topic'],
  };
}
