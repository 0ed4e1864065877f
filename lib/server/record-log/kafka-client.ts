import { Kafka, type LogEntry, logLevel, type RetryOptions } from 'kafkajs';
import type { Logger } from '../logger.ts';
import { letRequestQueuesRest } from './kafka-request-queue.ts';

export interface KafkaClientOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly retry: RetryOptions;
  readonly logger: Logger;
  /** Hears what kafkajs complains of, in words: the reason that `/readyz` gives. */
  readonly onTrouble: (reason: string) => void;
}

/**
 * Rides an outage out without leaving the group. With kafkajs's defaults the consumer gives up after five tries and
 * restarts without its positions: every record of the outage would be passed over. How long it waits between two tries
 * is most of how long a client waits after the broker's return.
 */
export const PATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 500, retries: Number.MAX_SAFE_INTEGER };

/** For requests whose failure is an answer. */
export const IMPATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 300, retries: 1 };

export function createKafka({ brokers, clientId, retry, logger, onTrouble }: KafkaClientOptions): Kafka {
  letRequestQueuesRest();
  const logCreator = () => (entry: LogEntry) => {
    const { message, error } = entry.log;
    if (entry.level <= logLevel.ERROR) onTrouble(describeTrouble(message, error));
    logger.debug({ kafkajs: entry.log, namespace: entry.namespace }, message);
  };
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry,
    logLevel: logLevel.WARN,
    logCreator,
  });
}

function describeTrouble(message: string, error: unknown): string {
  return typeof error === 'string' && error !== message ? `${message}: ${error}` : message;
}
