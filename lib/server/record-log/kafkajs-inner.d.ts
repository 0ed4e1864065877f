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

declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface SentRequest {
    /** Ms since 1970. */
    readonly sentAt: number;
    /** Ms. */
    readonly requestTimeout: number;
    timeoutRequest(): void;
  }

  /** What waits to be sent over one connection, and what was sent and is not answered yet. */
  class RequestQueue {
    readonly pending: readonly object[];
    readonly inflight: ReadonlyMap<number, SentRequest>;
    readonly enforceRequestTimeout: boolean;
    /** Ms. */
    readonly requestTimeout: number;
    requestTimeoutIntervalId: NodeJS.Timeout | undefined;
    /** Until when the broker wants no requests, ms since 1970. */
    throttledUntil: number;
    /** Set while a look at what is pending is due. */
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    isConnected(): boolean;
    push(request: object): void;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
    scheduleRequestTimeoutCheck(): void;
    maybeThrottle(throttleMs: number): void;
    /** Ends its timers. */
    destroy(): void;
  }
  export = RequestQueue;
}
