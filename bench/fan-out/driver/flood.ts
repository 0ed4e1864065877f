import { nowUs, type payloadMaker } from './payload.ts';
import type { FloodSpec } from './protocol.ts';
import type { Publisher } from './publisher.ts';

const BATCH_RECORDS = 3000;
const IN_FLIGHT_MAX = 4;

/** Writes records of IDs that nobody watches, as fast as it goes. */
export async function flood(
  { records, ids }: FloodSpec,
  publisher: Publisher,
  makePayload: ReturnType<typeof payloadMaker>,
): Promise<void> {
  const value = makePayload(0, nowUs());
  const inFlight = new Set<Promise<void>>();
  for (let from = 0; from < records; from += BATCH_RECORDS) {
    const count = Math.min(BATCH_RECORDS, records - from);
    const batch = Array.from({ length: count }, (_, index) => ({ id: `quiet-${(from + index) % ids}`, value }));
    const sending: Promise<void> = publisher.publish(batch).finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    if (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
}
