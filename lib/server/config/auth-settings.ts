import { z } from 'zod';
import { TOKEN_COOKIE } from '../../protocol/constants.ts';
import { list, whole } from './setting.ts';

/** How the server tells who calls: not at all, or by a JSON Web Token. */
const AUTH_KINDS = ['none', 'jwt'] as const;

export interface AuthConfig {
  /** Undefined with `AUTH=none`. */
  readonly jwt: JwtConfig | undefined;
  /** Whoever has it may read `/metrics`; undefined: who may watch anything at all. */
  readonly metricsToken: string | undefined;
  /** Where a page of this origin renews its token. */
  readonly renewUrl: string | undefined;
}

export interface JwtConfig {
  readonly keys:
    | { readonly kind: 'secret'; readonly secret: Uint8Array }
    | { readonly kind: 'jwks'; readonly url: string };
  readonly algorithms: readonly string[];
  /** A token is for at least one of them. */
  readonly audiences: readonly string[];
  readonly issuer: string | undefined;
  readonly skewMs: number;
  readonly feedsClaim: string;
  readonly cookie: string;
}

/** The bytes that each shared secret must have (RFC 7518, section 3.2). */
const SECRET_BYTES = { HS256: 32, HS384: 48, HS512: 64 } as const;
const SECRET_ALGORITHMS = Object.keys(SECRET_BYTES) as (keyof typeof SECRET_BYTES)[];
/** Of keys whose other half nobody else has. Never together with a secret: a public key is no secret. */
const KEY_ALGORITHMS = ['RS', 'PS', 'ES'].flatMap((family) => ['256', '384', '512'].map((bits) => family + bits));
const JWKS_ALGORITHMS = [...KEY_ALGORITHMS, 'EdDSA', 'Ed25519'];
const DEFAULT_JWKS_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]{1,64}$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const METRICS_TOKEN_MIN_CHARS = 16;

export const authSettings = z.object({
  AUTH: z.enum(AUTH_KINDS, { error: `should be ${AUTH_KINDS.join(' or ')}` }).optional(),
  AUTH_RENEW_URL: z
    .string()
    .regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'should be a path of this origin, such as /session/renew')
    .optional(),
  JWT_SECRET: z.string().optional(),
  JWT_SECRET_FILE: z.string().optional(),
  JWT_JWKS_URL: z
    .string()
    .refine(isKeyUrl, { error: 'should be an https URL (http only of a loopback address)' })
    .optional(),
  JWT_ALGORITHMS: list.optional(),
  JWT_AUDIENCE: list.default([]),
  JWT_ISSUER: z.string().optional(),
  JWT_CLOCK_SKEW_MS: whole(0, 300_000, 5_000),
  JWT_FEEDS_CLAIM: z.string().default('feeds'),
  JWT_COOKIE: z.string().regex(COOKIE_NAME, 'should be the name of a cookie').default(TOKEN_COOKIE),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/=-]+$/, 'should be letters, digits, ".", "_", "~", "+", "/", "=" or "-"')
    .min(METRICS_TOKEN_MIN_CHARS, `should have at least ${METRICS_TOKEN_MIN_CHARS} characters`)
    .optional(),
  METRICS_TOKEN_FILE: z.string().optional(),
});

type AuthSettings = z.infer<typeof authSettings>;

/** What may also stand in a file that NAME_FILE names, and is never shown. */
export const AUTH_SECRETS = ['JWT_SECRET', 'METRICS_TOKEN'] as const satisfies readonly (keyof AuthSettings)[];

export function authConfigOf(env: AuthSettings): AuthConfig {
  return {
    jwt: env.AUTH === 'jwt' ? jwtConfigOf(env) : undefined,
    metricsToken: env.METRICS_TOKEN,
    renewUrl: env.AUTH === 'jwt' ? env.AUTH_RENEW_URL : undefined,
  };
}

/** What is missing, in words. Not guessed outside the demo: either guess would surprise somebody. */
export function authMissing(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (env.AUTH !== undefined || env.DEMO === '1') return [];
  return ['AUTH should be chosen: jwt asks for tokens, none lets whoever reaches the port watch any ID'];
}

/** What is used as it was set, and should not go unsaid. Where the demo is open, that is what it is for. */
export function authWarnings(env: AuthSettings & { readonly DEMO: boolean }): readonly string[] {
  if (env.AUTH === 'jwt' || env.DEMO) return [];
  const hasKeys = env.JWT_SECRET !== undefined || env.JWT_JWKS_URL !== undefined;
  return [
    'AUTH=none: whoever reaches this port may watch any ID',
    ...(hasKeys ? ['with AUTH=none no token is looked at: set AUTH=jwt for JWT_SECRET or JWT_JWKS_URL to count'] : []),
  ];
}

/** What does not hold between settings, in words. */
export function authProblems(env: AuthSettings): readonly string[] {
  if (env.AUTH !== 'jwt') return [];
  const problems: string[] = [];
  const isByKeys = env.JWT_JWKS_URL !== undefined;
  const hasOne = isByKeys !== (env.JWT_SECRET !== undefined);
  if (!hasOne) problems.push('AUTH=jwt needs exactly one of JWT_SECRET (or JWT_SECRET_FILE) and JWT_JWKS_URL');
  if (env.JWT_AUDIENCE.length === 0) {
    problems.push('JWT_AUDIENCE should name whom tokens are for, or a token for another service opens this one too');
  }
  if (isByKeys && env.JWT_ISSUER === undefined) problems.push('JWT_ISSUER should name who issues the tokens');
  const known: readonly string[] = isByKeys ? JWKS_ALGORITHMS : SECRET_ALGORITHMS;
  const algorithms = algorithmsOf(env);
  if (algorithms.length === 0 || !algorithms.every((name) => known.includes(name))) {
    problems.push(`JWT_ALGORITHMS should be a list of ${known.join(', ')}`);
  } else if (!isByKeys && hasOne) problems.push(...secretProblems(env));
  return problems;
}

function secretProblems(env: AuthSettings): readonly string[] {
  const sizes = SECRET_ALGORITHMS.filter((each) => algorithmsOf(env).includes(each)).map((each) => SECRET_BYTES[each]);
  const minBytes = Math.max(...sizes);
  return secretOf(env).length >= minBytes ? [] : [`JWT_SECRET should have at least ${minBytes} bytes`];
}

function jwtConfigOf(env: AuthSettings): JwtConfig {
  const { JWT_JWKS_URL: url } = env;
  return {
    keys: url === undefined ? { kind: 'secret', secret: secretOf(env) } : { kind: 'jwks', url },
    algorithms: algorithmsOf(env),
    audiences: env.JWT_AUDIENCE,
    issuer: env.JWT_ISSUER,
    skewMs: env.JWT_CLOCK_SKEW_MS,
    feedsClaim: env.JWT_FEEDS_CLAIM,
    cookie: env.JWT_COOKIE,
  };
}

function algorithmsOf(env: AuthSettings): readonly string[] {
  return env.JWT_ALGORITHMS ?? (env.JWT_JWKS_URL === undefined ? ['HS256'] : DEFAULT_JWKS_ALGORITHMS);
}

function secretOf(env: AuthSettings): Uint8Array {
  return new TextEncoder().encode(env.JWT_SECRET ?? '');
}

function isKeyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}
