import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { deferred } from '../deferred.ts';

/** What lies between a source and its client. */
export interface Passage {
  /** How long this part is on its way, ms. No part overtakes another, and their delays do not add up. */
  delayMs(part: Uint8Array): number;
  /** What of this part leaves, as it leaves. Default: all of it. */
  leave?(part: Uint8Array): Uint8Array;
  /** Nothing leaves any more, not even the body's end: the connection is about to be cut. */
  readonly isCut?: boolean;
  /** The body is over, or its client has gone. */
  over?(): void;
  /** What may be on its way at once, bytes; a source that is faster waits, as it would for a slow network. */
  readonly inFlightMaxBytes: number;
}

/** The same body, as it is behind this passage. */
export function passedBody(source: ReadableStream<Uint8Array>, passage: Passage): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  /** Ended when nobody reads any more, or there is nothing more to read: what is on its way then goes nowhere. */
  const gone = new AbortController();
  // Each part on its way listens; that is no leak.
  setMaxListeners(0, gone.signal);
  let room = deferred<void>();
  let inFlightBytes = 0;
  let leaving: Promise<void> = Promise.resolve();

  async function leave(before: Promise<void>, delayMs: number, act: () => void): Promise<void> {
    const due = delay(delayMs, undefined, { signal: gone.signal }).catch(() => undefined);
    await before;
    await due;
    if (!gone.signal.aborted && passage.isCut !== true) act();
  }

  async function passOn(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (!gone.signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return leave(leaving, passage.delayMs(NOTHING), () => close(controller));
      inFlightBytes += value.length;
      leaving = leave(leaving, passage.delayMs(value), () => {
        inFlightBytes -= value.length;
        controller.enqueue(passage.leave?.(value) ?? value);
      });
      while (inFlightBytes >= (controller.desiredSize ?? 0) && !gone.signal.aborted) await room.promise;
    }
  }

  function close(controller: ReadableStreamDefaultController<Uint8Array>): void {
    passage.over?.();
    controller.close();
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        passOn(controller).catch((error: unknown) => {
          passage.over?.();
          if (gone.signal.aborted) return;
          gone.abort();
          controller.error(error);
        });
      },
      pull() {
        room.resolve();
        room = deferred();
      },
      cancel(reason) {
        gone.abort();
        passage.over?.();
        room.resolve();
        return reader.cancel(reason);
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: passage.inFlightMaxBytes }),
  );
}

const NOTHING = new Uint8Array();
