declare module 'kafkajs/src/protocol/message/compression/index.js' {
  interface Codec {
    decompress(bytes: Buffer): Promise<Buffer>;
  }
  const compression: {
    /** By the number that a codec has in a record batch's attributes. */
    readonly Codecs: Record<number, () => Codec>;
  };
  export = compression;
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

// What tests compare with.

declare module 'kafkajs/src/consumer/batch.js' {
  /** What a consumer of kafkajs has of one partition's part of a fetch. */
  class Batch {
    constructor(topic: string, fetchedOffset: string, data: object);
    readonly messages: readonly { readonly offset: string }[];
    isEmpty(): boolean;
    isEmptyDueToFiltering(): boolean;
    lastOffset(): string;
  }
  export = Batch;
}

declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  interface BatchParts {
    readonly compression: number;
    readonly firstOffset: number;
    readonly firstTimestamp: number;
    readonly maxTimestamp: number;
    readonly lastOffsetDelta: number;
    readonly transactional: boolean;
    readonly producerId: number;
    readonly records: readonly object[];
  }
  export function RecordBatch(parts: BatchParts): Promise<{ readonly buffer: Buffer }>;
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  interface RecordParts {
    readonly offsetDelta: number;
    readonly timestampDelta: number;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
  }
  function encodeRecord(parts: RecordParts): object;
  export = encodeRecord;
}

declare module 'kafkajs/src/protocol/messageSet/index.js' {
  function encodeMessageSet(parts: {
    readonly messageVersion: number;
    readonly compression: undefined;
    readonly entries: readonly { readonly key: string; readonly value: string; readonly timestamp: number }[];
  }): { readonly buffer: Buffer };
  export = encodeMessageSet;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  interface Answer {
    readonly responses: readonly {
      readonly partitions: readonly {
        readonly messages: readonly { readonly offset: string; readonly timestamp: string }[];
      }[];
    }[];
  }
  const response: { decode(raw: Buffer): Promise<Answer> };
  export = response;
}
