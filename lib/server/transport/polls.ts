import { HeaderName } from '../../protocol/constants.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import type { PollBody } from '../../protocol/events.ts';
import { Counts } from '../counts.ts';
import { type Began, beginOf, isBehindEnd } from '../hub/begin.ts';
import type { Hub } from '../hub/hub.ts';
import { POLL_ENCODINGS, POLL_SEPARATOR } from '../hub/poll-encoding.ts';
import { Reader } from '../hub/reader.ts';
import type { Connection } from './connection.ts';
import { drainEach } from './drain.ts';
import { laneCost } from './lane-cost.ts';
import { POLL_ENDS, Poll, type PollEnd } from './poll.ts';
import { RESUME_OUTCOMES, type ResumeOutcome, resumeOutcomeOf } from './resume-outcome.ts';
import { SentBytes } from './sent-bytes.ts';
import type { PollRequest } from './stream-request.ts';

export interface PollContext {
  readonly hub: Hub;
  readonly pod: string;
  readonly now: () => number;
  /** Why this pod does not know its positions yet, in words. */
  readonly whyNotReady: () => string;
}

/** How long a poll that does not wait may take for what Kafka has to be asked first, ms. */
const ASKING_WAIT_MS = 2_000;

/** Who asks. */
export interface PollClient {
  readonly signal: AbortSignal;
  readonly connection: Connection | undefined;
}

/**
 * Long polling: a reader from the client's cursor that ends at the first thing it can tell. What does not come within
 * the client's `waitMs` is no error: it is a `204` that carries the cursor.
 */
export class Polls {
  readonly #context: PollContext;
  readonly #waiting = new Map<Poll, Connection | undefined>();
  readonly #ends = new Counts(POLL_ENDS);
  readonly #resumes = new Counts(RESUME_OUTCOMES);
  readonly #sent = new SentBytes();
  /** Those that do not know yet where they begin. */
  readonly #beginning = new Set<Life>();
  #isDraining = false;
  #delivered = 0;

  constructor(context: PollContext) {
    this.#context = context;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** How many were answered, by reason. */
  get ends(): ReadonlyMap<PollEnd, number> {
    return this.#ends.all;
  }

  /** How many were asked with a cursor, by what came of it. */
  get resumes(): ReadonlyMap<ResumeOutcome, number> {
    return this.#resumes.all;
  }

  /** Events that answers have had so far. */
  get deliveredCount(): number {
    return this.#delivered;
  }

  /** So far. */
  get sentBytes(): number {
    return this.#sent.total;
  }

  /** @throws FeedlineError `not-ready` and `draining`, both 503 */
  async answer(request: PollRequest, client: PollClient): Promise<Response> {
    const receivedAtMs = this.#context.now();
    this.#sent.watch(client.connection);
    if (this.#isDraining) throw new FeedlineError('draining', 'This pod is shutting down: ask again.');
    const response = await this.#answer(request, client, receivedAtMs);
    this.#addHeaders(response.headers, receivedAtMs, client.connection);
    return response;
  }

  /** Answers every poll that waits, at once: who asks again is sent elsewhere. Resolves when all is sent, or shortly after. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    for (const life of this.#beginning) life.end();
    await drainEach(this.#waiting, { withinMs: 0, random: () => 0 }, async ([poll, connection]) => {
      poll.end('drained');
      if (connection !== undefined) await new Promise<void>((resolve) => connection.onClose(resolve));
    });
  }

  async #answer(request: PollRequest, client: PollClient, receivedAtMs: number): Promise<Response> {
    const { topic, begin, waitMs } = request;
    if (begin.at === 'cursor' && isBehindEnd(this.#context.hub, topic, begin.cursor)) {
      this.#resumes.add('ended');
      return overAnswer(begin.cursor);
    }
    const began = await this.#untilBegun(request, client);
    if (typeof began === 'string') return emptyAnswer(began);
    const leftMs = Math.max(0, waitMs - (this.#context.now() - receivedAtMs));
    const response = await this.#read(began, { ...request, waitMs: leftMs }, client);
    if (began.isBounded) response.headers.set(HeaderName.bounded, '1');
    return response;
  }

  /** The cursor itself where its place could not be found in time: nothing has come for it yet. */
  async #untilBegun(request: PollRequest, client: PollClient): Promise<Began | string> {
    const { hub, whyNotReady } = this.#context;
    const { topic, begin, waitMs } = request;
    const patienceMs = hub.isReady(topic) ? Math.max(waitMs, ASKING_WAIT_MS) : waitMs;
    const life = lifeOf(client, this.#untilExpiry(request, patienceMs));
    this.#beginning.add(life);
    try {
      return await beginOf(hub, request, life.signal);
    } catch (cause) {
      if (!life.signal.aborted) throw cause;
      if (hub.isReady(topic) && begin.at === 'cursor') return begin.cursor;
      throw new FeedlineError('not-ready', `This pod cannot tell yet where to begin: ${whyNotReady()}`);
    } finally {
      this.#beginning.delete(life);
      life.stop();
    }
  }

  async #read(began: Began, request: PollRequest, client: PollClient): Promise<Response> {
    const { feed, start } = began;
    const { format, waitMs } = request;
    const encoding = POLL_ENCODINGS[format];
    const poll = new Poll();
    const reader = new Reader(feed, { sink: poll, encoding, start });
    const resumed = resumeOutcomeOf(request, began, reader);
    if (resumed !== undefined) this.#resumes.add(resumed);
    if (start.gap !== undefined) {
      poll.write(Buffer.concat([encoding.head(start.gap.to), encoding.gap(start.gap)]), 1);
    }
    reader.pump();
    // What is stored is answered at once too, but it takes a moment to be read.
    const { isSettled } = reader;
    const patienceMs = isSettled ? waitMs : Math.max(waitMs, ASKING_WAIT_MS);
    const patience = lifeOf(client, this.#untilExpiry(request, patienceMs));
    const whenDue = (): void => void reader.settled.then(() => poll.end('empty'));
    if (waitMs === 0) whenDue();
    // Once it is settled, its patience is all there is to wait for: no second timer for each poll.
    const due = isSettled || waitMs === 0 ? undefined : setTimeout(whenDue, waitMs);
    patience.onEnd((reason) => poll.end(reason));
    this.#waiting.set(poll, client.connection);
    if (this.#isDraining) poll.end('drained');
    try {
      const end = await poll.ended;
      const { cursor, isOver } = reader;
      this.#ends.add(end);
      if (end !== 'events') return emptyAnswer(cursor);
      this.#delivered += poll.events;
      return bodyOf(poll, cursor, isOver);
    } finally {
      this.#waiting.delete(poll);
      clearTimeout(due);
      patience.stop();
      reader.close(this.#context.now());
    }
  }

  /** No poll outlives its token. */
  #untilExpiry({ expiresAtMs = Number.POSITIVE_INFINITY }: PollRequest, waitMs: number): number {
    return Math.max(0, Math.min(waitMs, expiresAtMs - this.#context.now()));
  }

  #addHeaders(headers: Headers, receivedAtMs: number, connection: Connection | undefined): void {
    const { pod, now } = this.#context;
    headers.set(HeaderName.pod, pod);
    headers.set(HeaderName.clock, `received=${receivedAtMs}, sent=${now()}`);
    const lane = connection?.lane;
    if (lane === undefined) return;
    const { bytes, busyMs } = laneCost(lane);
    headers.set(HeaderName.bytes, String(bytes));
    headers.set(HeaderName.busyMs, String(busyMs));
  }
}

function bodyOf(poll: Poll, cursor: string, isOver: boolean): Response {
  const elements = Buffer.concat(poll.take());
  const body = Buffer.concat([
    Buffer.from('{"events":['),
    elements.subarray(0, elements.length - POLL_SEPARATOR.length),
    Buffer.from(`],"cursor":"${cursor}","ended":${isOver}}`),
  ]);
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

/** Of a client that has had the feed's last event. */
function overAnswer(cursor: string): Response {
  const body: PollBody = { events: [], cursor, ended: true };
  return Response.json(body);
}

function emptyAnswer(cursor: string): Response {
  return new Response(null, { status: 204, headers: { [HeaderName.cursor]: cursor } });
}

/** How long a poll may wait: until its client has gone or its time is over. */
interface Life {
  /** Ends with whichever comes first. */
  readonly signal: AbortSignal;
  onEnd(listener: (reason: 'empty' | 'client') => void): void;
  /** Its time is over now. */
  end(): void;
  /** It is not needed any more. */
  stop(): void;
}

function lifeOf({ signal: clientSignal, connection }: PollClient, waitMs: number): Life {
  const end = new AbortController();
  let reason: 'empty' | 'client' | undefined;
  let tell: (reason: 'empty' | 'client') => void = () => undefined;
  const endBy = (why: 'empty' | 'client') => (): void => {
    if (reason !== undefined) return;
    reason = why;
    end.abort();
    tell(why);
  };
  const gone = endBy('client');
  const timer = setTimeout(endBy('empty'), waitMs);
  if (clientSignal.aborted) gone();
  else clientSignal.addEventListener('abort', gone, { once: true });
  connection?.onClose(gone);
  return {
    signal: end.signal,
    onEnd(listener) {
      tell = listener;
      if (reason !== undefined) listener(reason);
    },
    end: endBy('empty'),
    stop() {
      clearTimeout(timer);
      clientSignal.removeEventListener('abort', gone);
    },
  };
}
