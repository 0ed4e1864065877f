declare module 'kafkajs/src/consumer/batch.js' {
  import type { KafkaMessage } from 'kafkajs';

  /** One partition's part of a fetch, without aborted and control records. */
  class Batch {
    constructor(topic: string, fetchedOffset: string, data: object);
    readonly messages: readonly KafkaMessage[];
    isEmptyIncludingFiltered(): boolean;
    lastOffset(): string;
  }
  export = Batch;
}
