import type { SinkKind } from '../config/stream-settings.ts';
import type { Sink } from '../hub/sink.ts';

/** A sink that is the body of a `Response`. */
export interface BodySink extends Sink {
  readonly kind: SinkKind;
  /** The body; to be asked for before it is read. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Bytes taken so far. */
  readonly bytes: number;
  /** Events taken so far. */
  readonly events: number;
  /** How often it was full and had room again: the progress of a slow client. */
  readonly drains: number;
  /** @param events how many whole ones they are; default none */
  write(bytes: Uint8Array, events?: number): void;
  /** Ends the body behind what was written. */
  end(): void;
}

export interface BodySinkOptions {
  /** Runs each write, so that it can be measured. Default: just runs it. */
  readonly work?: (act: () => void) => void;
  /** The consumer of the web stream has gone. Called at most once, and not after `end` or `fail`. */
  readonly onCancel: () => void;
}
