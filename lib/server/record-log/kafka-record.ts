import type { KafkaMessage } from 'kafkajs';
import type { LogRecord } from './port.ts';

/** Numbers instead of kafkajs's texts: exact up to 2^53. */
export function toRecord({ offset, key, value, headers, timestamp }: KafkaMessage): LogRecord {
  return { offset: Number(offset), key, value, headers, timestampMs: Number(timestamp) };
}
