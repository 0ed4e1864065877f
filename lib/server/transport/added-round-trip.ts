import { setTimeout as delay } from 'node:timers/promises';
import { passedBody } from './passed-body.ts';

const IN_FLIGHT_MAX_BYTES = 262_144;

/**
 * Answers as if the client were `rttMs` further away: half of it passes before the request is looked at, and half of
 * it between each part of the answer and its leaving. A new connection would cost further round trips in a real
 * network; these are not added.
 */
export async function withAddedRoundTrip(
  rttMs: number,
  signal: AbortSignal,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (rttMs === 0) return answer();
  await pause(rttMs / 2, signal);
  return laterResponse(await answer(), rttMs / 2, signal);
}

async function laterResponse(response: Response, delayMs: number, signal: AbortSignal): Promise<Response> {
  if (response.body !== null) {
    const passage = { delayMs: () => delayMs, inFlightMaxBytes: IN_FLIGHT_MAX_BYTES };
    return new Response(passedBody(response.body, passage), response);
  }
  await pause(delayMs, signal);
  return response;
}

/** Ends early when the client goes: the work that follows sees that by itself. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, { signal }).catch(() => undefined);
}
