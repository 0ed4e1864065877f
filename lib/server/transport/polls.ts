import { HeaderName } from '../../protocol/constants.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import type { Hub } from '../hub/hub.ts';
import { POLL_ENCODINGS, POLL_SEPARATOR } from '../hub/poll-encoding.ts';
import { Reader } from '../hub/reader.ts';
import { findStart } from '../hub/resume.ts';
import type { Connection } from './connection.ts';
import { drainEach } from './drain.ts';
import { laneCost } from './lane-cost.ts';
import { Poll, type PollEnd } from './poll.ts';
import type { PollRequest } from './stream-request.ts';

export interface PollContext {
  readonly hub: Hub;
  readonly pod: string;
  readonly now: () => number;
  readonly random: () => number;
  /** Why this pod does not know its positions yet, in words. */
  readonly whyNotReady: () => string;
}

/** How long a poll that does not wait may take to read what is stored, ms. */
const CATCH_UP_WAIT_MS = 2_000;

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
  readonly #ends = new Map<PollEnd, number>();
  #isDraining = false;

  constructor(context: PollContext) {
    this.#context = context;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** How many were answered, by reason. */
  get ends(): ReadonlyMap<PollEnd, number> {
    return this.#ends;
  }

  /** @throws FeedlineError `not-ready` and `draining`, both 503 */
  async answer(request: PollRequest, client: PollClient): Promise<Response> {
    const receivedAtMs = this.#context.now();
    if (this.#isDraining) throw new FeedlineError('draining', 'This pod is shutting down: ask again.');
    await this.#untilReady(request, client);
    // What is left of the time to wait.
    const waitMs = Math.max(0, request.waitMs - (this.#context.now() - receivedAtMs));
    const response = await this.#read({ ...request, waitMs }, client);
    this.#addHeaders(response.headers, receivedAtMs, client.connection);
    return response;
  }

  /** Answers every poll that waits, within this time; see `drainEach`. */
  async drain(withinMs: number): Promise<void> {
    this.#isDraining = true;
    const { random } = this.#context;
    await drainEach(this.#waiting, { withinMs, random }, async ([poll, connection]) => {
      poll.end('drained');
      if (connection !== undefined) await new Promise<void>((resolve) => connection.onClose(resolve));
    });
  }

  async #untilReady({ topic, waitMs }: PollRequest, client: PollClient): Promise<void> {
    const { hub, whyNotReady } = this.#context;
    if (hub.isReady(topic)) return;
    const life = lifeOf(client, waitMs);
    try {
      await hub.whenReady(topic, life.signal);
    } catch (cause) {
      if (!life.signal.aborted) throw cause;
      throw new FeedlineError('not-ready', `This pod does not know its positions in the topic yet: ${whyNotReady()}`);
    } finally {
      life.stop();
    }
  }

  async #read(request: PollRequest, client: PollClient): Promise<Response> {
    const { topic, id, format, after, waitMs } = request;
    const feed = this.#context.hub.feed(topic, id);
    const encoding = POLL_ENCODINGS[format];
    const start = findStart(feed, after);
    const poll = new Poll();
    const reader = new Reader(feed, poll, encoding, start);
    if (start.gap !== undefined) {
      poll.write(Buffer.concat([encoding.head(start.gap.to), encoding.gap(start.gap)]), 1);
    }
    reader.pump();
    // What is stored is answered at once too, but it takes a moment to be read.
    const patience = lifeOf(client, reader.isCatchingUp ? Math.max(waitMs, CATCH_UP_WAIT_MS) : waitMs);
    if (waitMs === 0) void reader.caughtUp.then(() => poll.end('empty'));
    patience.onEnd((reason) => poll.end(reason));
    this.#waiting.set(poll, client.connection);
    try {
      const end = await poll.ended;
      const { cursor } = reader;
      this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
      return end === 'events' ? bodyOf(poll, cursor) : emptyAnswer(cursor);
    } finally {
      this.#waiting.delete(poll);
      patience.stop();
      reader.close(this.#context.now());
    }
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

function bodyOf(poll: Poll, cursor: string): Response {
  const elements = Buffer.concat(poll.take());
  const body = Buffer.concat([
    Buffer.from('{"events":['),
    elements.subarray(0, elements.length - POLL_SEPARATOR.length),
    Buffer.from(`],"cursor":"${cursor}","ended":false}`),
  ]);
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

function emptyAnswer(cursor: string): Response {
  return new Response(null, { status: 204, headers: { [HeaderName.cursor]: cursor } });
}

/** How long a poll may wait: until its client has gone or its time is over. */
interface Life {
  /** Ends with whichever comes first. */
  readonly signal: AbortSignal;
  onEnd(listener: (reason: 'empty' | 'client') => void): void;
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
    stop() {
      clearTimeout(timer);
      clientSignal.removeEventListener('abort', gone);
    },
  };
}
