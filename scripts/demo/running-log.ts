/** The demo's record log, running. */
export interface RunningLog {
  /** What it is and why it was chosen, for people. */
  readonly outcome: string;
  /** Whether all pods read the same records, as from Kafka; else each has records of its own. */
  readonly isShared: boolean;
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
    serverEnv: { RECORD_LOG: 'memory', KAFKA_BROKERS: undefined, KAFKA_TOPICS: 'orders' },
    producerArgs: (baseUrl) => ['--url', baseUrl],
    exited: never,
    stop: nothing,
    kill: nothing,
  };
}

/** What a log on Kafka has in common, wherever the broker is. */
export function kafkaLog(
  brokers: readonly string[],
  topic: string,
  rest: Pick<RunningLog, 'outcome'> & Partial<RunningLog>,
): RunningLog {
  return {
    isShared: true,
    serverEnv: { RECORD_LOG: 'kafka', KAFKA_BROKERS: brokers.join(','), KAFKA_TOPICS: topic },
    producerArgs: () => ['--brokers', brokers.join(','), '--topic', topic, '--create-topic'],
    exited: never,
    stop: nothing,
    kill: nothing,
    ...rest,
  };
}
