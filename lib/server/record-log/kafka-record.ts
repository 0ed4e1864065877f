import type { KafkaMessage } from 'kafkajs';
import type { FetchedBatch } from './kafka-record-batch.ts';

/** A record as kafkajs has decoded it, with what its types leave out. Old formats have no context. */
export interface DecodedMessage extends Pick<KafkaMessage, 'offset' | 'key' | 'value' | 'headers' | 'timestamp'> {
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

/** A batch of this one record. Numbers instead of kafkajs's texts: exact up to 2^53. */
export function batchOf(message: DecodedMessage): FetchedBatch {
  const { key, value, headers, timestamp, isControlRecord, batchContext } = message;
  const offset = Number(message.offset);
  return {
    records: [{ offset, key, value, headers, timestampMs: Number(timestamp) }],
    firstOffset: offset,
    lastOffset: offset,
    isControl: isControlRecord === true,
    inTransaction: batchContext?.inTransaction === true,
    producerId: batchContext?.producerId ?? '',
  };
}
