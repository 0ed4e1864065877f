import type { Sink } from '../hub/sink.ts';

export interface WebStreamSinkOptions {
  /** How much may wait in the stream itself before `hasRoom` turns false. Default 64 KB. */
  readonly highWaterBytes?: number;
  /** Runs each write, so that it can be measured. Default: just runs it. */
  readonly work?: (act: () => void) => void;
  /** The consumer has gone. Called at most once, and not after `end` or `abort`. */
  readonly onCancel: () => void;
}

/** The portable sink: the body of a `Response` as a web stream, which any runtime can send. */
export class WebStreamSink implements Sink {
  readonly stream: ReadableStream<Uint8Array>;
  onRoom: (() => void) | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #work: (act: () => void) => void;
  #bytes = 0;
  #isFull = false;
  #drains = 0;

  constructor({ highWaterBytes = 65_536, work = (act) => act(), onCancel }: WebStreamSinkOptions) {
    this.#work = work;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pulled(),
        cancel: () => {
          this.#controller = undefined;
          onCancel();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: highWaterBytes }),
    );
  }

  get hasRoom(): boolean {
    return this.#controller !== undefined && !this.#isFull;
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often it was full and had room again: the progress of a slow client. */
  get drains(): number {
    return this.#drains;
  }

  write(bytes: Uint8Array): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    this.#work(() => controller.enqueue(bytes));
    this.#bytes += bytes.length;
    this.#isFull = (controller.desiredSize ?? 0) <= 0;
  }

  /** Ends the stream behind what was written. */
  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  /** Ends the stream at once; what was written and not yet read is dropped. */
  fail(reason: Error): void {
    this.#controller?.error(reason);
    this.#controller = undefined;
  }

  /** Streams call `pull` when there is room, and again only after a read or a write. */
  #pulled(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#drains += 1;
    this.onRoom?.();
  }
}
