import { createSecretKey, type KeyObject } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWKSCacheInput,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwksCache,
  jwtVerify,
} from 'jose';
import { FeedlineError, isFeedlineError } from '../../protocol/errors.ts';
import type { JwtConfig } from '../config/auth-settings.ts';
import { unauthorized } from './unauthorized.ts';

/** After a failed fetch of the keys they are not asked for again for so long, ms: many requests must not wait for it. */
const FETCH_PAUSE_MS = 5_000;
const FETCH_TIMEOUT_MS = 5_000;
/** Keys are fetched again after this time, and sooner for an unknown key, but not more often than the pause, ms. */
const KEYS_FRESH_MS = 600_000;
const UNKNOWN_KEY_PAUSE_MS = 30_000;
/** While they cannot be fetched, the keys known last are good for so long, ms. */
const KEYS_STALE_MS = 3_600_000;

export interface VerifierOptions {
  readonly now: () => number;
  readonly fetch: typeof fetch;
  /** Hears of what whoever runs this server can mend: keys that cannot be fetched, or used. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Checks a token: signature by a pinned algorithm, issuer, audience, `exp` (which must be there), `nbf`.
 *
 * @throws FeedlineError `unauthorized`, or `keys-unavailable` where the keys cannot be fetched
 */
export type VerifyJwt = (token: string) => Promise<JWTPayload & { readonly exp: number }>;

export function createJwtVerifier(config: JwtConfig, options: VerifierOptions): VerifyJwt {
  const { keys, issuer, skewMs } = config;
  const getKey = keys.kind === 'jwks' ? remoteKeys(new URL(keys.url), options) : keyOfSecret(keys.secret);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, getKey, {
        algorithms: [...config.algorithms],
        audience: [...config.audiences],
        ...(issuer !== undefined && { issuer }),
        requiredClaims: ['exp'],
        clockTolerance: skewMs / 1_000,
        currentDate: new Date(options.now()),
      });
      const { exp } = payload;
      if (exp !== undefined) return { ...payload, exp };
      throw new errors.JWTClaimValidationFailed('exp is missing', payload, 'exp', 'missing');
    } catch (error) {
      if (isFeedlineError(error)) throw error;
      if (!(error instanceof errors.JOSEError)) options.onTrouble(error);
      throw unauthorized('invalid', wordsOf(error), { cause: error });
    }
  };
}

/** Of plain bytes a key would be imported again for each token. */
function keyOfSecret(secret: Uint8Array): () => KeyObject {
  const key = createSecretKey(secret);
  return () => key;
}

/** What a client's own people need to mend it; nothing of the token itself, nor what would have been right. */
function wordsOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired: renew it.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The token is not for now and here: its claim "${error.claim}" is ${error.reason === 'missing' ? 'missing' : 'wrong'}.`;
  }
  return 'The token cannot be trusted: its form, its algorithm, its key or its signature is wrong.';
}

/**
 * The keys at a URL. Where they cannot be fetched, that is not the client's fault, and who holds a token of a key that
 * is known goes on for a while.
 */
function remoteKeys(url: URL, { now, fetch, onTrouble }: VerifierOptions): JWTVerifyGetKey {
  const cache: JWKSCacheInput = {};
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: KEYS_FRESH_MS,
    cooldownDuration: UNKNOWN_KEY_PAUSE_MS,
    [jwksCache]: cache,
    // Next.js has a cache of its own behind `fetch`.
    [customFetch]: (address, options) => fetch(address, { ...options, cache: 'no-store' }),
  });
  let askAgainAtMs = 0;
  const known: JWTVerifyGetKey = async (header, token) => {
    if (cache.jwks === undefined || now() - (cache.uat ?? 0) > KEYS_STALE_MS) throw keysUnavailable();
    try {
      return await createLocalJWKSet(cache.jwks)(header, token);
    } catch (error) {
      throw isAboutToken(error) && !(error instanceof errors.JWKSNoMatchingKey) ? error : keysUnavailable();
    }
  };
  return async (header, token) => {
    if (now() < askAgainAtMs) return known(header, token);
    try {
      return await remote(header, token);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      onTrouble(error);
      askAgainAtMs = now() + FETCH_PAUSE_MS;
      return known(header, token);
    }
  };
}

/** Everything else that goes wrong is the fetch, or what it has brought. */
function isAboutToken(error: unknown): boolean {
  return [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported].some(
    (kind) => error instanceof kind,
  );
}

function keysUnavailable(): FeedlineError {
  return new FeedlineError('keys-unavailable', 'The keys to check tokens with cannot be fetched now: try again.');
}
