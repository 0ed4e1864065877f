import { createHash, timingSafeEqual } from 'node:crypto';
import { HeaderName } from '../../protocol/constants.ts';
import type { AuthConfig } from '../config/auth-settings.ts';
import { ANYBODY, type Caller } from './caller.ts';
import { readFeedGrants } from './feed-grants.ts';
import { createJwtVerifier, type VerifierOptions } from './jwt-verifier.ts';
import { readRequestToken } from './request-token.ts';
import { unauthorized } from './unauthorized.ts';

/** Tells who calls. */
export interface Authenticator {
  /** @throws FeedlineError `unauthorized` (401), `keys-unavailable` (503) */
  callerOf(request: Request): Promise<Caller>;
  /** The same for who reads the metrics: with `METRICS_TOKEN`, whoever has that; else as anybody else. */
  checkMetrics(request: Request): Promise<void>;
}

export interface AuthenticatorOptions extends VerifierOptions {
  /** Of feeds that a token names without a topic. */
  readonly defaultTopic: string;
}

export function createAuthenticator(config: AuthConfig, options: AuthenticatorOptions): Authenticator {
  const callerOf = config.jwt === undefined ? async () => ANYBODY : jwtCallers(config.jwt, options);
  const { metricsToken } = config;
  return {
    callerOf,
    async checkMetrics(request) {
      if (metricsToken === undefined) await callerOf(request);
      else if (!isEqual(request.headers.get(HeaderName.authorization) ?? '', `Bearer ${metricsToken}`)) {
        throw unauthorized('missing', 'The metrics want the token of METRICS_TOKEN, as a Bearer token.');
      }
    },
  };
}

function jwtCallers(
  config: NonNullable<AuthConfig['jwt']>,
  { defaultTopic, ...options }: AuthenticatorOptions,
): Authenticator['callerOf'] {
  const verify = createJwtVerifier(config, options);
  return async ({ headers }) => {
    const token = readRequestToken(headers, config.cookie);
    const payload = await verify(token);
    const mayWatch = readFeedGrants(payload[config.feedsClaim], defaultTopic);
    if (mayWatch === null) {
      throw unauthorized('invalid', `The token's claim "${config.feedsClaim}" is not a list as PROTOCOL.md has it.`);
    }
    const expiresAtMs = Math.floor(payload.exp * 1_000) + config.skewMs;
    // It was checked by the second.
    if (expiresAtMs <= options.now()) throw unauthorized('invalid', 'The token has expired: renew it.');
    return { key: keyOf(token, payload.sub), expiresAtMs, mayWatch };
  };
}

/**
 * Who renews a token stays the same holder, where it says who that is. Else it is what was signed that counts: a
 * signature can be written in many ways, and with each of them a holder would be a new one.
 */
function keyOf(token: string, subject: unknown): string {
  if (typeof subject === 'string' && subject !== '') return `sub:${subject}`;
  return `token:${createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url')}`;
}

/** In a time that does not tell how much of it was right. */
function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
