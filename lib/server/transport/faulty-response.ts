import { setImmediate as nextTurn } from 'node:timers/promises';
import { FeedlineError } from '../../protocol/errors.ts';
import { pause } from './added-round-trip.ts';
import type { Connection } from './connection.ts';
import type { FaultPlan } from './fault-plan.ts';
import { type Passage, passedBody } from './passed-body.ts';

/** Small, so that a slow client soon holds up whoever writes to it. */
const IN_FLIGHT_MAX_BYTES = 16_384;

/** Turns of the event loop that half an event may take to its socket before the cut. */
const FLUSH_TURNS = 100;

export interface FaultyClient {
  readonly signal: AbortSignal;
  /** Without one nothing can be cut: what the plan cuts goes through whole. */
  readonly connection: Connection | undefined;
  readonly now: () => number;
}

/**
 * Answers over a connection that has these faults.
 *
 * @throws FeedlineError `fault-refused`
 */
export async function withFaults(
  plan: FaultPlan,
  client: FaultyClient,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (plan.isEmpty) return answer();
  if (plan.isRefused) throw new FeedlineError('fault-refused', 'This connection asks to be refused for a while.');
  const faults = new Faults(plan, client);
  try {
    const response = await answer();
    if (response.body !== null) return new Response(passedBody(response.body, faults), response);
    await pause(plan.delayMs(0, client.now()), client.signal);
    faults.over();
    return response;
  } catch (error) {
    faults.over();
    throw error;
  }
}

/** What the faults do to one connection, from when it is opened: a poll that waits is silent, and grows old. */
class Faults implements Passage {
  readonly inFlightMaxBytes = IN_FLIGHT_MAX_BYTES;
  isCut = false;
  readonly #plan: FaultPlan;
  readonly #client: FaultyClient;
  readonly #ageTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(plan: FaultPlan, client: FaultyClient) {
    this.#plan = plan;
    this.#client = client;
    if (plan.ageCutMs !== undefined) this.#ageTimer = setTimeout(() => this.#destroy(), plan.ageCutMs);
    this.#heard();
    client.connection?.onClose(() => this.over());
  }

  delayMs(part: Uint8Array): number {
    return this.#plan.delayMs(part.length, this.#client.now());
  }

  leave(part: Uint8Array): Uint8Array {
    this.#heard();
    const cut = this.#client.connection && this.#plan.dropDue(this.#client.now());
    const event = cut && recordEventIn(part);
    if (event === undefined) return part;
    this.isCut = true;
    void this.#cutBehindWhatIsWritten();
    return cut === 'mid-event' ? part.subarray(0, Math.floor((event.from + event.to) / 2)) : part.subarray(0, event.to);
  }

  over(): void {
    clearTimeout(this.#ageTimer);
    clearTimeout(this.#idleTimer);
  }

  #heard(): void {
    const { idleCutMs } = this.#plan;
    if (idleCutMs === undefined) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#destroy(), idleCutMs);
  }

  async #cutBehindWhatIsWritten(): Promise<void> {
    const { connection } = this.#client;
    const before = connection?.bytes ?? 0;
    for (let turn = 0; turn < FLUSH_TURNS && connection?.bytes === before; turn += 1) await nextTurn();
    this.#destroy();
  }

  #destroy(): void {
    this.over();
    this.#client.connection?.destroy();
  }
}

/** Where the last event lies that carries a record: an unnamed one of a stream, or a poll's answer. */
export function recordEventIn(part: Uint8Array): { readonly from: number; readonly to: number } | undefined {
  // Latin-1 has one character for each byte, so that places in the text are places in the part.
  const text = Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1');
  if (text.startsWith('{')) return { from: 0, to: part.length };
  let from = 0;
  let found: { readonly from: number; readonly to: number } | undefined;
  for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n', from)) {
    const isRecord = /^data:/m.test(text.slice(from, end)) && !/^event:/m.test(text.slice(from, end));
    if (isRecord) found = { from, to: end + 2 };
    from = end + 2;
  }
  return found;
}
