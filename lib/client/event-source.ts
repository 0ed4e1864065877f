import type { TrafficMeter } from './traffic-meter.ts';

export type StreamEvent = MessageEvent<string>;

/** As much of EventSource as is used, so that tests can bring their own. */
export interface EventSourceLike {
  readonly readyState: number;
  close(): void;
  addEventListener(type: string, listener: (event: StreamEvent) => void): void;
}

export type EventSourceConstructor = new (url: string) => EventSourceLike;

interface Handlers {
  readonly create: EventSourceConstructor | undefined;
  readonly meter: TrafficMeter;
  /** What the head of a response takes, about. */
  readonly headBytes: number;
  /** What stands around the cursor and the data of one event, with the framing of its chunk, about. */
  readonly eventBytes: number;
  readonly onOpen: () => void;
  /** It was cut, and EventSource tries again by itself, once: its retries have no jitter. */
  readonly onCut: () => void;
  /** That try has failed too; it is closed now. */
  readonly onFailed: () => void;
  /** The server answered with an error status, or 204: EventSource has closed for good, and cannot tell which. */
  readonly onRefused: () => void;
}

/** `EventSource.CLOSED`. */
const CLOSED = 2;

/** An EventSource that lives as long as `attempt`, and counts what it costs. */
export function openEventSource(
  url: string,
  attempt: AbortSignal,
  handlers: Handlers,
): { on(name: string, handle: (event: StreamEvent) => void): void } {
  const { meter } = handlers;
  const Constructor = handlers.create ?? EventSource;
  const stream: EventSourceLike = new Constructor(url);
  meter.request();
  attempt.addEventListener('abort', () => stream.close(), { once: true });
  let isOpen = false;
  /** After a cut its own request follows, which is known only by what becomes of it. */
  let isRetrying = false;

  const listen = (name: string, handle: (event: StreamEvent) => void): void =>
    stream.addEventListener(name, (event) => {
      if (!attempt.aborted) meter.measure(() => handle(event));
    });
  listen('open', () => {
    if (isRetrying) meter.request();
    isRetrying = false;
    isOpen = true;
    meter.received(handlers.headBytes);
    handlers.onOpen();
  });
  listen('error', () => {
    const wasOpen = isOpen;
    if (isRetrying) meter.request();
    isOpen = false;
    isRetrying = wasOpen;
    if (stream.readyState === CLOSED) handlers.onRefused();
    else if (wasOpen) handlers.onCut();
    else handlers.onFailed();
  });
  return {
    on: (name, handle) =>
      listen(name, (event) => {
        meter.received(handlers.eventBytes + event.lastEventId.length + event.data.length);
        handle(event);
      }),
  };
}
