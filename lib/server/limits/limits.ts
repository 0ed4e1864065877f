import { FeedlineError } from '../../protocol/errors.ts';
import type { LimitConfig } from '../config/limit-settings.ts';
import { Counts } from '../counts.ts';
import { Tally } from './tally.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Why a request was refused; a label in the metrics. */
export const REFUSALS = [
  'pod-connections',
  'client-connections',
  'token-connections',
  'client-rate',
  'client-unknown',
  'url-bytes',
  'header-bytes',
  'body',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** A stream or a poll, as limits see it. */
export interface Visit {
  /** As `clientOf` tells it. */
  readonly client: string | undefined;
  /** Calls back once, when it is over in whatever way; at once where it is already. */
  onClose(listener: () => void): void;
}

/** A request, as limits see it before anything is done for it. */
export interface Ask {
  readonly client: string | undefined;
  readonly urlBytes: number;
  readonly headerBytes: number;
  /** A body where none can be. */
  readonly hasBody: boolean;
  /** Probes are not counted: a pod that refuses them is taken out of service. */
  readonly isProbe: boolean;
}

/** Clients whose rate is remembered: some 10 MB. */
const CLIENTS_MAX = 50_000;
/** From when on it is worth asking for a place again, and over how long those who were refused are spread, s. */
const PLACE_AFTER_S = 5;
const PLACE_SPREAD_S = 10;
const RATE_SPREAD_MAX_S = 30;

/** What a client may hold and ask for. Every refusal is an error with a code of its own, and counted. */
export class Limits {
  readonly #config: LimitConfig;
  readonly #random: () => number;
  readonly #buckets: TokenBuckets;
  readonly #clients = new Tally();
  readonly #tokens = new Tally();
  readonly #refused = new Counts(REFUSALS);
  #connections = 0;

  constructor(config: LimitConfig, { now, random }: { readonly now: () => number; readonly random: () => number }) {
    this.#config = config;
    this.#random = random;
    const { requestsPerS: perS, requestBurst: burst } = config;
    this.#buckets = new TokenBuckets({ perS, burst, size: CLIENTS_MAX, now });
  }

  /** Streams and polls that hold a place. */
  get connectionCount(): number {
    return this.#connections;
  }

  /** Clients that are remembered, for what they hold or for their rate. */
  get clientCount(): number {
    return Math.max(this.#clients.size, this.#buckets.size);
  }

  /** How many were refused, by reason. */
  get refused(): ReadonlyMap<Refusal, number> {
    return this.#refused.all;
  }

  /** @throws FeedlineError where this request is not even looked at */
  admit({ client, urlBytes, headerBytes, hasBody, isProbe }: Ask): void {
    const { urlBytes: urlMax, headerBytes: headerMax, requestsPerS, connectionsPerClient } = this.#config;
    if (urlBytes > urlMax) throw this.#refusal('url-bytes', 'url-too-long', `A URL has at most ${urlMax} bytes.`);
    if (headerBytes > headerMax) {
      throw this.#refusal('header-bytes', 'headers-too-large', `All headers have at most ${headerMax} bytes.`);
    }
    if (hasBody) throw this.#refusal('body', 'body-invalid', 'A GET or HEAD has no body.');
    if (isProbe) return;
    if (client === undefined && (requestsPerS > 0 || connectionsPerClient > 0)) throw this.#unknown();
    if (client === undefined || requestsPerS === 0) return;
    const waitMs = this.#buckets.take(client);
    if (waitMs === 0) return;
    const spreadS = Math.min(RATE_SPREAD_MAX_S, this.#config.requestBurst / requestsPerS);
    const detail = `More than ${requestsPerS} requests a second came from your address: ask again later.`;
    throw this.#refusal('client-rate', 'too-many-requests', detail, this.#later(waitMs / 1000, spreadS));
  }

  /**
   * Takes a place for a stream or a poll, which it gives back when that is over.
   *
   * @throws FeedlineError `overloaded`, `too-many-connections` or `client-unknown`
   */
  enter(visit: Visit | undefined): void {
    const { connections, connectionsPerClient } = this.#config;
    const client = visit?.client;
    if (visit === undefined || (client === undefined && connectionsPerClient > 0)) throw this.#unknown();
    if (this.#connections >= connections) {
      const detail = 'This pod holds as many streams and polls as it may: ask again later.';
      throw this.#refusal('pod-connections', 'overloaded', detail, this.#later(PLACE_AFTER_S, PLACE_SPREAD_S));
    }
    if (client !== undefined && connectionsPerClient > 0) {
      if (this.#clients.of(client) >= connectionsPerClient) throw this.#full('client-connections', 'Your address');
      hold(this.#clients, client, visit);
    }
    this.#connections += 1;
    visit.onClose(() => {
      this.#connections -= 1;
    });
  }

  /**
   * The same for whoever holds a token, beside the place that the visit has.
   *
   * @throws FeedlineError `too-many-connections`
   */
  enterWithToken(visit: Visit, token: string): void {
    const { connectionsPerToken } = this.#config;
    if (connectionsPerToken === 0) return;
    if (this.#tokens.of(token) >= connectionsPerToken) throw this.#full('token-connections', 'Your token');
    hold(this.#tokens, token, visit);
  }

  /** To be called now and then. */
  sweep(): void {
    if (this.#config.requestsPerS > 0) this.#buckets.sweep();
  }

  #full(reason: Refusal, who: string): FeedlineError {
    const detail = `${who} holds as many streams and polls as it may: end one, or ask again later.`;
    return this.#refusal(reason, 'too-many-connections', detail, this.#later(PLACE_AFTER_S, PLACE_SPREAD_S));
  }

  #unknown(): FeedlineError {
    const detail =
      'The address of this connection cannot be known here, so it cannot be limited: the server has to listen on TCP, or run with CLIENT_CONNECTIONS_MAX=0 and CLIENT_REQUESTS_PER_S=0.';
    return this.#refusal('client-unknown', 'client-unknown', detail);
  }

  #refusal(reason: Refusal, code: FeedlineError['code'], detail: string, retryAfterS?: number): FeedlineError {
    this.#refused.add(reason);
    return new FeedlineError(code, detail, retryAfterS === undefined ? {} : { retryAfterS });
  }

  /** Those who are refused together should not come back together. */
  #later(afterS: number, spreadS: number): number {
    return Math.max(1, Math.ceil(afterS + this.#random() * spreadS));
  }
}

function hold(tally: Tally, key: string, visit: Visit): void {
  tally.add(key);
  visit.onClose(() => tally.remove(key));
}
