import { setTimeout as delay } from 'node:timers/promises';
import { deferred } from '../deferred.ts';

/** What may be on its way at once; a source that is faster waits, as it would for a slow network. */
const IN_FLIGHT_MAX_BYTES = 262_144;

/**
 * Answers as if the client were `rttMs` further away: half of it passes before the request is looked at, and half of
 * it between each part of the answer and its leaving. Parts overtake nothing and their delays do not add up. A new
 * connection would cost further round trips in a real network; these are not added.
 */
export async function withAddedRoundTrip(
  rttMs: number,
  signal: AbortSignal,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (rttMs === 0) return answer();
  await pause(rttMs / 2, signal);
  const response = await answer();
  if (response.body !== null) return new Response(delayed(response.body, rttMs / 2), response);
  await pause(rttMs / 2, signal);
  return response;
}

/** Ends early when the client goes: the work that follows sees that by itself. */
async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, { signal }).catch(() => undefined);
}

/** The same parts, each `delayMs` after it came. */
function delayed(source: ReadableStream<Uint8Array>, delayMs: number): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  const gone = new AbortController();
  let room = deferred<void>();
  let inFlightBytes = 0;
  let leaving: Promise<void> = Promise.resolve();

  async function leave(before: Promise<void>, act: () => void): Promise<void> {
    const due = delay(delayMs);
    await before;
    await due;
    if (!gone.signal.aborted) act();
  }

  async function passOn(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (!gone.signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return leave(leaving, () => controller.close());
      inFlightBytes += value.length;
      leaving = leave(leaving, () => {
        inFlightBytes -= value.length;
        controller.enqueue(value);
      });
      while (inFlightBytes >= (controller.desiredSize ?? 0) && !gone.signal.aborted) await room.promise;
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        passOn(controller).catch((error: unknown) => {
          if (!gone.signal.aborted) controller.error(error);
        });
      },
      pull() {
        room.resolve();
        room = deferred();
      },
      cancel(reason) {
        gone.abort();
        room.resolve();
        return reader.cancel(reason);
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: IN_FLIGHT_MAX_BYTES }),
  );
}
