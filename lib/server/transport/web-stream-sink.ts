import type { BodySink, BodySinkOptions } from './body-sink.ts';

export interface WebStreamSinkOptions extends BodySinkOptions {
  /** How much may wait in the stream itself before `hasRoom` turns false. Default 64 KB. */
  readonly highWaterBytes?: number;
}

/** The portable sink: the body of a `Response` as a web stream, which any runtime can send. */
export class WebStreamSink implements BodySink {
  readonly kind = 'web';
  readonly stream: ReadableStream<Uint8Array>;
  onRoom: (() => void) | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #work: (act: () => void) => void;
  #bytes = 0;
  #events = 0;
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

  get bytes(): number {
    return this.#bytes;
  }

  get events(): number {
    return this.#events;
  }

  get drains(): number {
    return this.#drains;
  }

  write(bytes: Uint8Array, events = 0): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    this.#work(() => controller.enqueue(bytes));
    this.#bytes += bytes.length;
    this.#events += events;
    this.#isFull = (controller.desiredSize ?? 0) <= 0;
  }

  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  /** What was written and not yet read is dropped. */
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
