import { Kafka, type KafkaConfig, type LogEntry, logLevel, type RetryOptions } from 'kafkajs';
import type { KafkaSecurity } from '../config/kafka-security-settings.ts';
import type { Logger } from '../logger.ts';
import { OauthTokens, oauthMechanism } from './kafka-oauth.ts';
import { letRequestQueuesRest } from './kafka-request-queue.ts';
import { kafkaSocketFactory } from './kafka-socket.ts';
import type { KafkaTroubles } from './kafka-troubles.ts';
import { type ClientFacts, troubleOf } from './kafka-words.ts';

export interface KafkaClientOptions {
  readonly brokers: readonly string[];
  readonly security: KafkaSecurity;
  /** Undefined of one that reads in no group: deleting one is not worth a word. */
  readonly groupPrefix: string | undefined;
  readonly clientId: string;
  readonly retry: RetryOptions;
  readonly logger: Logger;
  /** Hears what is wrong: the reason that `/readyz` gives. */
  readonly troubles: KafkaTroubles;
}

/**
 * Rides an outage out without leaving the group. With kafkajs's defaults the consumer gives up after five tries and
 * restarts without its positions: every record of the outage would be passed over. How long it waits between two tries
 * is most of how long a client waits after the broker's return.
 */
export const PATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 500, retries: Number.MAX_SAFE_INTEGER };

/** For requests whose failure is an answer. */
export const IMPATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 300, retries: 1 };

export function createKafka(options: KafkaClientOptions): Kafka {
  letRequestQueuesRest();
  const { brokers, security, clientId, retry, logger, troubles } = options;
  const facts = factsOf(options);
  const logCreator = () => (entry: LogEntry) => {
    const { message, error } = entry.log;
    const trouble = troubleOf(entry, facts);
    if (trouble !== undefined) troubles.tell(trouble);
    else if (entry.level <= logLevel.ERROR) troubles.hear(describeTrouble(message, error));
    logger.debug({ kafkajs: entry.log, namespace: entry.namespace }, message);
  };
  const sasl = saslOf(security, troubles);
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ssl: security.tls !== undefined,
    ...(sasl && { sasl }),
    socketFactory: kafkaSocketFactory({ brokers, security, troubles }),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry,
    logLevel: logLevel.WARN,
    logCreator,
  });
}

function saslOf({ sasl }: KafkaSecurity, troubles: KafkaTroubles): KafkaConfig['sasl'] {
  if (sasl === undefined) return undefined;
  const { mechanism } = sasl;
  switch (mechanism) {
    case 'OAUTHBEARER':
      return oauthMechanism(new OauthTokens({ sasl, fetch, now: Date.now }), troubles);
    case 'PLAIN':
      return { mechanism: 'plain', username: sasl.username, password: sasl.password };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username: sasl.username, password: sasl.password };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username: sasl.username, password: sasl.password };
  }
}

function factsOf({ security: { sasl }, groupPrefix }: KafkaClientOptions): ClientFacts {
  const isUser = sasl !== undefined && sasl.mechanism !== 'OAUTHBEARER';
  const credentials = isUser ? `the password of "${sasl.username}" (${sasl.mechanism})` : 'the credentials';
  return { credentials, mechanism: sasl?.mechanism, groupPrefix };
}

function describeTrouble(message: string, error: unknown): string {
  return typeof error === 'string' && error !== message ? `${message}: ${error}` : message;
}
