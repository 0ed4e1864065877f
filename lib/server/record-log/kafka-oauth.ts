/** SASL OAUTHBEARER (RFC 7628), with tokens by OAuth 2.0 client credentials (RFC 6749, section 4.4). */
import type { Mechanism } from 'kafkajs';
import type { OauthSasl } from '../config/kafka-security-settings.ts';
import type { KafkaTroubles } from './kafka-troubles.ts';

const ASKING_LIMIT_MS = 10_000;
/** A token is used no longer than until so long before its end: connecting takes a while, and clocks differ. */
const SPARE_MS = 30_000;
/** Of a token that does not live much longer than that, this much of its life is kept. */
const SPARE_SHARE = 0.2;
/** What a server has not said (RFC 6749 leaves it out at will) is asked again soon. */
const DEFAULT_LIFE_S = 60;
const REASON_MAX = 300;

interface Token {
  readonly value: string;
  /** From here on another one is asked for, ms since 1970. */
  readonly renewAtMs: number;
}

type Fetch = typeof fetch;

export interface TokensOptions {
  readonly sasl: OauthSasl;
  readonly fetch: Fetch;
  readonly now: () => number;
}

/** Tokens for all connections: one at a time, kept until shortly before its end. */
export class OauthTokens {
  readonly #options: TokensOptions;
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** @throws Error in words that show no secret */
  async current(): Promise<string> {
    if (this.#token !== undefined && this.#options.now() < this.#token.renewAtMs) return this.#token.value;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    this.#token = await this.#asking;
    return this.#token.value;
  }

  /** It was refused, so the next connection asks for another one. */
  forget(): void {
    this.#token = undefined;
  }

  async #ask(): Promise<Token> {
    const { sasl, now } = this.#options;
    const askedAtMs = now();
    const response = await this.#post();
    const body: unknown = await response.json().catch(() => undefined);
    const { access_token: value, expires_in: lifeS, error, error_description: more } = fieldsOf(body);
    if (!response.ok) {
      const said = [error, more].filter((part) => typeof part === 'string').join(': ');
      throw new Error(
        `${sasl.tokenUrl} gives no token (${response.status}${said && `, ${said.slice(0, REASON_MAX)}`})`,
      );
    }
    if (typeof value !== 'string' || value === '') throw new Error(`${sasl.tokenUrl} has answered without a token`);
    const lifeMs = 1_000 * (Number(lifeS) > 0 ? Number(lifeS) : DEFAULT_LIFE_S);
    return { value, renewAtMs: askedAtMs + lifeMs - Math.min(SPARE_MS, SPARE_SHARE * lifeMs) };
  }

  async #post(): Promise<Response> {
    const { sasl, fetch } = this.#options;
    const { tokenUrl, clientId, clientSecret, scope } = sasl;
    // RFC 6749, section 2.3.1: encoded as in a form, and only then as Basic.
    const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64');
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) });
    const headers = { authorization: `Basic ${basic}`, accept: 'application/json' };
    const signal = AbortSignal.timeout(ASKING_LIMIT_MS);
    try {
      return await fetch(tokenUrl, { method: 'POST', headers, body, signal, redirect: 'error' });
    } catch (error) {
      throw new Error(`${tokenUrl} cannot be asked for a token: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** kafkajs's own takes a refused token for an accepted one: Kafka says no in an answer that is none of its errors. */
export function oauthMechanism(tokens: OauthTokens, troubles: KafkaTroubles): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ host, port, saslAuthenticate }) => ({
      authenticate: async () => {
        const token = await tokens.current().catch((error: Error) => {
          troubles.tell({ place: 'credentials', words: error.message, isRefusal: true });
          throw error;
        });
        const answer = await saslAuthenticate({ request: framed(messageOf(token)), response: ANSWER });
        if (typeof answer !== 'string' || answer === '') return;
        tokens.forget();
        // Kafka waits for that before it ends the connection (RFC 7628, section 3.2.3).
        await saslAuthenticate({ request: framed(SEPARATOR), response: ANSWER }).catch(() => undefined);
        const words = `${host}:${port} refuses the token of KAFKA_OAUTH_TOKEN_URL: ${answer.slice(0, REASON_MAX)}`;
        troubles.tell({ place: 'credentials', words, isRefusal: true });
        throw new Error(words);
      },
    }),
  };
}

type Request = Parameters<Parameters<Mechanism['authenticationProvider']>[0]['saslAuthenticate']>[0]['request'];

const SEPARATOR = '\u0001';

function messageOf(token: string): string {
  return `n,,${SEPARATOR}auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`;
}

function framed(text: string): Request {
  const message = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  return { encode: () => Buffer.concat([length, message]) };
}

/** Behind its length: nothing, or as JSON why not. */
const ANSWER = {
  decode: (raw: Buffer) => raw.subarray(4),
  parse: (bytes: Buffer) => bytes.toString('utf8'),
};

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

/** What `fetch` means by "fetch failed" is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}
