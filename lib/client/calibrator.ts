import { EventFormat, HeaderName } from '#lib/protocol/constants.ts';
import { pollUrl } from '#lib/protocol/paths.ts';
import { type Clock, systemClock } from './clock.ts';
import type { PageClocks } from './page-clocks.ts';
import { type PayloadFacts, readPayload } from './payload.ts';
import { refusalWords } from './refusal-words.ts';
import { askRenewing } from './renew-session.ts';
import { parseEnvelopeTimes, parsePollBody, parseServerClock } from './wire.ts';

export interface CalibratorOptions {
  readonly id: string;
  readonly clocks: PageClocks;
  /** From an answer to the next request, ms. */
  readonly intervalMs: number;
  /** Reads every event, to count them; else what is too much for one answer is skipped. */
  readonly isCounting?: boolean;
  /** Called once, with the cursor of the present, before anything of the feed is read. */
  readonly onStart?: (cursor: string) => void;
  /** Called with each event that is read. */
  readonly onRecord?: (event: { readonly cursor: string } & PayloadFacts) => void;
  /** Called with each answer: why the server refuses to answer, in words, or null where it does not. */
  readonly onRefusal?: (words: string | null) => void;
  /** Gets a new token; see `SourceLifeOptions`. */
  readonly renew?: () => Promise<void>;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** A tab that nobody sees asks nothing. */
  readonly isHidden?: () => boolean;
}

const REQUEST_TIMEOUT_MS = 4000;
/** An answer with as many events as this is taken to be full: more of them wait. */
const MANY_EVENTS = 50;

/** What the record log holds of a feed since the calibrator began. */
export interface Produced {
  readonly events: number;
  /** False once a gap, or skipping, has left some uncounted. */
  readonly isExact: boolean;
  /** All that was there at this time is counted; null before the first answer. */
  readonly asOfMs: number | null;
}

interface Answer {
  readonly headers: Headers;
  readonly text: string;
  readonly requestedAtMs: number;
  /** By the pod's clock, when the question came; null where it does not say. */
  readonly heardAtMs: number | null;
}

/**
 * Asks the poll URL of a feed now and then, aside from everything that is measured: each answer is a sample of the
 * server's clock, and its envelopes tell the broker's and the producer's. Ends with `signal`.
 */
export function startCalibrator(options: CalibratorOptions, signal: AbortSignal): { produced(): Produced } {
  const { id, clocks, intervalMs, isCounting = false, fetch: fetcher = globalThis.fetch } = options;
  const clock = options.clock ?? systemClock;
  const isHidden = options.isHidden ?? (() => document.hidden);
  let cursor: string | undefined;
  let hasStarted = false;
  let produced: Produced = { events: 0, isExact: true, asOfMs: null };

  async function ask(): Promise<void> {
    const answer = isHidden() ? null : await fetchAnswer();
    if (signal.aborted) return;
    const isFull = answer !== null && heed(answer);
    clock.after(isFull && isCounting ? 0 : intervalMs, signal, () => void ask());
  }

  async function fetchAnswer(): Promise<Answer | null> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    let requestedAtMs = clock.nowMs();
    try {
      const url = pollUrl(id, 0, { format: EventFormat.envelope, after: cursor });
      const response = await askRenewing(() => {
        requestedAtMs = clock.nowMs();
        return fetcher(url, { cache: 'no-store', signal: limited });
      }, options.renew);
      const answeredAtMs = clock.nowMs();
      const { headers, status } = response;
      if (!signal.aborted) options.onRefusal?.(refusalWords(status));
      const server = parseServerClock(headers.get(HeaderName.clock));
      if (server !== null) {
        clocks.addRoundTrip(headers.get(HeaderName.pod) ?? '', { requestedAtMs, ...server, answeredAtMs });
      }
      return { headers, text: await response.text(), requestedAtMs, heardAtMs: server?.receivedAtMs ?? null };
    } catch {
      // Refused, timed out or aborted: asked again later; the sources are those who tell what is wrong.
      return null;
    }
  }

  /** @returns whether more is waiting */
  function heed({ headers, text, requestedAtMs, heardAtMs }: Answer): boolean {
    const body = parsePollBody(text);
    const next = body?.cursor ?? headers.get(HeaderName.cursor);
    if (next === null) return false;
    cursor = next;
    if (!hasStarted) options.onStart?.(next);
    hasStarted = true;
    const events = body?.events ?? [];
    for (const event of events) {
      if (event.kind === 'gap') produced = { ...produced, isExact: false };
      else addRecord(event, heardAtMs);
    }
    const isFull = events.length >= MANY_EVENTS;
    if (!isFull) produced = { ...produced, asOfMs: requestedAtMs };
    if (isFull && !isCounting) {
      cursor = undefined;
      produced = { ...produced, isExact: false };
    }
    return isFull;
  }

  function addRecord(event: { readonly cursor: string; readonly data: string }, heardAtMs: number | null): void {
    produced = { ...produced, events: produced.events + 1 };
    const times = parseEnvelopeTimes(event.data);
    if (times === null) return;
    const facts = readPayload(times.value);
    // What was read from the record log for this very question says nothing of how long a record takes to the pod.
    const isReadBack = heardAtMs !== null && times.receivedAtMs >= heardAtMs;
    const receivedAtMs = isReadBack ? null : times.receivedAtMs;
    clocks.addRecord({ ...times, receivedAtMs, producedAtMs: facts.producedAtMs }, clock.nowMs());
    options.onRecord?.({ cursor: event.cursor, ...facts });
  }

  void ask();
  return { produced: () => produced };
}
