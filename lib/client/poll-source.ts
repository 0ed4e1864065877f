import { HeaderName } from '#lib/protocol/constants.ts';
import { pollUrl } from '#lib/protocol/paths.ts';
import type { RequestEvent } from './client-event.ts';
import { type Explanation, explainFailure, explainRefusal } from './explain.ts';
import { readPayload } from './payload.ts';
import type { Source } from './source.ts';
import { SourceLife, type SourceLifeOptions, type Transport } from './source-life.ts';
import { type PollAnswer, parsePollBody } from './wire.ts';

export interface PollSourceOptions extends SourceLifeOptions {
  readonly id: string;
  readonly topic?: string;
  /** The cursor to begin at; default: now. */
  readonly after?: string | undefined;
  readonly lane?: string;
  /** Demo only: a round trip to add, ms. */
  readonly rttMs?: number;
  /** How long the server may wait for an event, ms; 0 is naive polling. */
  readonly waitMs: number;
  /** From an answer to the next request, ms; default 0. */
  readonly intervalMs?: number;
  readonly fetch?: typeof fetch;
}

/** Head of an answer, about: until the server has told what the last answer took. */
const HEAD_BYTES = 500;
/** An answer may be this much later than the server was asked to wait, ms; then the connection is given up. */
const LATE_MS = 10_000;

/** A `Blob` would be a call to another process for each answer. */
const utf8 = new TextEncoder();

/** A request under way, and the attempt that it belongs to. */
interface Asked {
  readonly attempt: AbortSignal;
  readonly number: number;
}

/**
 * Polling, long or naive. The first poll of each attempt asks without waiting: its answer shows that the connection
 * is there, which a long poll at a silent feed would not for half a minute.
 */
export function createPollSource(options: PollSourceOptions): Source {
  return new SourceLife(options, (life) => new PollTransport(options, life));
}

class PollTransport implements Transport {
  readonly #options: PollSourceOptions;
  readonly #life: SourceLife;
  #cursor: string | undefined;
  #greetedBy: AbortSignal | null = null;
  #requests = 0;
  #headBytes = HEAD_BYTES;
  /** Of each pod, the answer that it has not told of yet; none where that is more than one. */
  readonly #untoldBodyBytes = new Map<string, number>();

  constructor(options: PollSourceOptions, life: SourceLife) {
    this.#options = options;
    this.#life = life;
    this.#cursor = options.after;
  }

  connect(attempt: AbortSignal): void {
    void this.#ask(0, attempt);
  }

  async #ask(waitMs: number, attempt: AbortSignal): Promise<void> {
    const { id, topic, lane, rttMs, fetch: fetcher = globalThis.fetch } = this.#options;
    const url = pollUrl(id, waitMs, { topic, lane, rttMs, after: this.#cursor, faults: this.#life.faults });
    let response: Response;
    let text: string;
    this.#life.meter.request();
    this.#requests += 1;
    const number = this.#requests;
    this.#tell(number, 'sent');
    try {
      response = await fetcher(url, { cache: 'no-store', signal: attempt });
      text = await response.text();
    } catch (error) {
      this.#tell(number, attempt.aborted ? 'given-up' : 'failed');
      if (!attempt.aborted) this.#fail(explainFailure(error));
      return;
    }
    if (attempt.aborted) this.#tell(number, 'given-up');
    else this.#life.work(() => this.#onAnswer(response, text, { attempt, number }));
  }

  #onAnswer(response: Response, text: string, { attempt, number }: Asked): void {
    this.#count(response, text);
    const answer = readAnswer(response, text);
    if (answer === null) {
      this.#tell(number, 'failed');
      this.#fail(explainRefusal(response, text));
      return;
    }
    const nowMs = this.#life.clock.nowMs();
    this.#tell(number, 'answered', answer.events.length);
    this.#greet(attempt, nowMs);
    this.#cursor = answer.cursor ?? this.#cursor;
    for (const event of answer.events) {
      if (event.kind === 'gap') this.#life.emit({ ...event, arrivedAtMs: nowMs });
      else this.#life.emit({ ...event, arrivedAtMs: nowMs, ...readPayload(event.data) });
    }
    if (answer.events.length === 0) this.#life.meter.empty();
    if (answer.ended) this.#life.end();
    else this.#askAgain(attempt);
  }

  /** The first answer of an attempt is its greeting, every other one a sign of life. */
  #greet(attempt: AbortSignal, nowMs: number): void {
    const isFirst = this.#greetedBy !== attempt;
    this.#greetedBy = attempt;
    const { waitMs, intervalMs = 0, rttMs = 0 } = this.#options;
    const cycleMs = waitMs + intervalMs + rttMs;
    const hello = { pingMs: cycleMs + 1000, watchdogMs: cycleMs + LATE_MS };
    this.#life.move(isFirst ? { type: 'hello', nowMs, ...hello } : { type: 'heard', nowMs });
  }

  #askAgain(attempt: AbortSignal): void {
    const { waitMs, intervalMs = 0 } = this.#options;
    if (intervalMs === 0) void this.#ask(waitMs, attempt);
    else this.#life.clock.after(intervalMs, attempt, () => void this.#ask(waitMs, attempt));
  }

  #tell(number: number, state: RequestEvent['state'], events = 0): void {
    this.#life.emit({ kind: 'request', number, state, events, atMs: this.#life.clock.nowMs() });
  }

  #fail(explanation: Explanation): void {
    this.#untoldBodyBytes.clear();
    this.#life.fail(async () => explanation);
  }

  /** The server tells what its lane took before this answer, so each answer is known with the next one. */
  #count({ headers }: Response, text: string): void {
    const { meter } = this.#life;
    const pod = headers.get(HeaderName.pod) ?? '';
    const bytes = readNumber(headers, HeaderName.bytes);
    if (bytes !== null) {
      const newBytes = meter.told({ pod, bytes, busyMs: readNumber(headers, HeaderName.busyMs) });
      const untold = this.#untoldBodyBytes.get(pod);
      if (untold !== undefined && newBytes > 0) this.#headBytes = newBytes - untold;
    }
    const bodyBytes = utf8.encode(text).length;
    this.#untoldBodyBytes.set(pod, bodyBytes);
    meter.received(this.#headBytes + bodyBytes, pod);
  }
}

/** Null where it is not what a poll answers. */
function readAnswer(
  { status, headers }: Response,
  text: string,
): (Partial<PollAnswer> & Pick<PollAnswer, 'events'>) | null {
  const cursor = headers.get(HeaderName.cursor);
  if (status === 204) return { events: [], ...(cursor !== null && { cursor }) };
  return status === 200 ? parsePollBody(text) : null;
}

function readNumber(headers: Headers, name: string): number | null {
  const value = Number(headers.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}
