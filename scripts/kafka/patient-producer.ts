import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';

export interface PatientProducerOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** How long it waits between two tries, ms. */
  readonly retryMs: { readonly first: number; readonly most: number };
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** Tries for ever, and stores each record once and in order however often it had to try. */
export function patientProducer(options: PatientProducerOptions): Producer {
  const { brokers, clientId, retryMs, connectionTimeoutMs, requestTimeoutMs } = options;
  const retry = { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: retryMs.first, maxRetryTime: retryMs.most };
  const kafka = new Kafka({
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry,
  });
  return kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    idempotent: true,
    maxInFlightRequests: 1,
    retry,
  });
}
