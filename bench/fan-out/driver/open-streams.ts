import { setTimeout as delay } from 'node:timers/promises';
import type { Tally } from './event-checker.ts';
import type { OpenSpec } from './protocol.ts';
import { openStream, type StreamConnection } from './stream-connection.ts';

const TICK_MS = 5;
/** Below the backlog of a listener: one that is full makes the client wait a second. */
const OPENING_MAX = 100;

/** Opens streams at a bounded rate; done when each one's headers are here. */
export async function openStreams(spec: OpenSpec, payloadBytes: number, tally: Tally): Promise<StreamConnection[]> {
  const { streams, perSecond } = spec;
  const opened: Promise<StreamConnection>[] = [];
  let opening = 0;
  let failure: Error | undefined;
  const startedAtMs = performance.now();
  while (opened.length < streams.length && failure === undefined) {
    const due = Math.floor(((performance.now() - startedAtMs) * perSecond) / 1000) + 1;
    const count = Math.min(due - opened.length, OPENING_MAX - opening);
    for (const stream of streams.slice(opened.length, opened.length + Math.max(0, count))) {
      opening += 1;
      const connection = openStream(stream, payloadBytes, tally).finally(() => {
        opening -= 1;
      });
      connection.catch((error: Error) => {
        failure = error;
      });
      opened.push(connection);
    }
    await delay(TICK_MS);
  }
  return Promise.all(opened);
}
