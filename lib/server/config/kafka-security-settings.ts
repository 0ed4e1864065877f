import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { type ReadFile, readOr } from './secret-files.ts';
import { flag } from './setting.ts';

/** PEM texts, as Node's TLS takes them. */
export interface KafkaTls {
  /** Who may have signed the brokers' certificates; undefined is whom Node trusts. */
  readonly ca: string | undefined;
  readonly client: { readonly cert: string; readonly key: string; readonly passphrase: string | undefined } | undefined;
  /** Whether a broker's certificate must be of the name that it is reached by. */
  readonly isNameChecked: boolean;
}

const PASSWORD_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const MECHANISMS = [...PASSWORD_MECHANISMS, 'OAUTHBEARER'] as const;

export interface PasswordSasl {
  readonly mechanism: (typeof PASSWORD_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

/** Tokens by OAuth 2.0 client credentials (RFC 6749, section 4.4). */
export interface OauthSasl {
  readonly mechanism: 'OAUTHBEARER';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
}

export interface KafkaSecurity {
  /** Undefined: in plain text. */
  readonly tls: KafkaTls | undefined;
  /** Undefined: Kafka is told no name, or the client certificate's. */
  readonly sasl: PasswordSasl | OauthSasl | undefined;
}

const text = z.string().optional();

export const kafkaSecuritySettings = z.object({
  KAFKA_TLS: flag,
  KAFKA_TLS_CA_FILE: text,
  KAFKA_TLS_CERT_FILE: text,
  KAFKA_TLS_KEY_FILE: text,
  KAFKA_TLS_KEY_PASSPHRASE: text,
  KAFKA_TLS_KEY_PASSPHRASE_FILE: text,
  KAFKA_TLS_NAME_CHECK: z
    .enum(['0', '1'], { error: 'should be 1 or 0' })
    .default('1')
    .transform((value) => value === '1'),
  KAFKA_SASL_MECHANISM: z
    .string()
    .toUpperCase()
    .pipe(z.enum(MECHANISMS, { error: `should be one of ${MECHANISMS.join(', ')}` }))
    .optional(),
  KAFKA_SASL_USERNAME: text,
  KAFKA_SASL_PASSWORD: text,
  KAFKA_SASL_PASSWORD_FILE: text,
  KAFKA_OAUTH_TOKEN_URL: z
    .string()
    .refine(isTokenUrl, { error: 'should be an https:// or http:// URL without a user or a password in it' })
    .optional(),
  KAFKA_OAUTH_CLIENT_ID: text,
  KAFKA_OAUTH_CLIENT_SECRET: text,
  KAFKA_OAUTH_CLIENT_SECRET_FILE: text,
  KAFKA_OAUTH_SCOPE: text,
});

type SecuritySettings = z.infer<typeof kafkaSecuritySettings>;

/** What may also stand in a file that NAME_FILE names, and is never shown. */
export const KAFKA_SECRETS = [
  'KAFKA_TLS_KEY_PASSPHRASE',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_OAUTH_CLIENT_SECRET',
] as const satisfies readonly (keyof SecuritySettings)[];

export interface SecurityRead {
  readonly security: KafkaSecurity;
  /** What cannot be used, each beginning with the name of its variable. */
  readonly problems: readonly string[];
  /** What can, and should not go unsaid. */
  readonly warnings: readonly string[];
}

/** Reads the files that are named, and holds the settings against each other. */
export function readKafkaSecurity(env: SecuritySettings, readFile: ReadFile): SecurityRead {
  const problems: string[] = [];
  const sasl = saslOf(env, problems);
  const tls = env.KAFKA_TLS ? tlsOf(env, readFile, problems) : undefined;
  if (!env.KAFKA_TLS) problems.push(...unused(env, TLS_ONLY, 'KAFKA_TLS=1'));
  return { security: { tls, sasl }, problems, warnings: warningsOf({ tls, sasl }) };
}

const TLS_ONLY = [
  'KAFKA_TLS_CA_FILE',
  'KAFKA_TLS_CERT_FILE',
  'KAFKA_TLS_KEY_FILE',
  'KAFKA_TLS_KEY_PASSPHRASE',
] as const;
const PASSWORD_ONLY = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const OAUTH_NEEDED = ['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET'] as const;
const OAUTH_ONLY = [...OAUTH_NEEDED, 'KAFKA_OAUTH_SCOPE'] as const;

type Name = keyof SecuritySettings;

/** Settings that mean nothing here: whoever has set them believes that they do. */
function unused(env: SecuritySettings, names: readonly Name[], needed: string): string[] {
  return names.filter((name) => env[name] !== undefined).map((name) => `${name} should be set with ${needed} only`);
}

function needed(env: SecuritySettings, names: readonly Name[], why: string): string[] {
  return names.filter((name) => env[name] === undefined).map((name) => `${name} should be set ${why}`);
}

function saslOf(env: SecuritySettings, problems: string[]): KafkaSecurity['sasl'] {
  const mechanism = env.KAFKA_SASL_MECHANISM;
  const why = `for KAFKA_SASL_MECHANISM=${mechanism}`;
  if (mechanism !== 'OAUTHBEARER') problems.push(...unused(env, OAUTH_ONLY, 'KAFKA_SASL_MECHANISM=OAUTHBEARER'));
  if (mechanism === undefined) {
    problems.push(...unused(env, PASSWORD_ONLY, 'KAFKA_SASL_MECHANISM'));
    return undefined;
  }
  if (mechanism === 'OAUTHBEARER') {
    problems.push(...unused(env, PASSWORD_ONLY, 'another KAFKA_SASL_MECHANISM'), ...needed(env, OAUTH_NEEDED, why));
    return {
      mechanism,
      tokenUrl: env.KAFKA_OAUTH_TOKEN_URL ?? '',
      clientId: env.KAFKA_OAUTH_CLIENT_ID ?? '',
      clientSecret: env.KAFKA_OAUTH_CLIENT_SECRET ?? '',
      scope: env.KAFKA_OAUTH_SCOPE,
    };
  }
  problems.push(...needed(env, PASSWORD_ONLY, why));
  return { mechanism, username: env.KAFKA_SASL_USERNAME ?? '', password: env.KAFKA_SASL_PASSWORD ?? '' };
}

function tlsOf(env: SecuritySettings, readFile: ReadFile, problems: string[]): KafkaTls {
  const read = (name: 'KAFKA_TLS_CA_FILE' | 'KAFKA_TLS_CERT_FILE' | 'KAFKA_TLS_KEY_FILE'): string | undefined => {
    const path = env[name];
    return path === undefined ? undefined : readOr(problems, name, () => readFile(path));
  };
  const ca = read('KAFKA_TLS_CA_FILE');
  const cert = read('KAFKA_TLS_CERT_FILE');
  const key = read('KAFKA_TLS_KEY_FILE');
  const passphrase = env.KAFKA_TLS_KEY_PASSPHRASE;
  if (ca !== undefined) certificateIn('KAFKA_TLS_CA_FILE', ca, problems);
  const isHalf = (env.KAFKA_TLS_CERT_FILE === undefined) !== (env.KAFKA_TLS_KEY_FILE === undefined);
  if (isHalf) {
    const [missing, set] = env.KAFKA_TLS_KEY_FILE === undefined ? ['KEY', 'CERT'] : ['CERT', 'KEY'];
    problems.push(`KAFKA_TLS_${missing}_FILE should be set with KAFKA_TLS_${set}_FILE`);
  }
  if (env.KAFKA_TLS_KEY_FILE === undefined) {
    problems.push(...unused(env, ['KAFKA_TLS_KEY_PASSPHRASE'], 'KAFKA_TLS_KEY_FILE'));
  }
  const isWhole = cert !== undefined && key !== undefined;
  if (isWhole) problems.push(...pairProblems(cert, key, passphrase));
  return { ca, client: isWhole ? { cert, key, passphrase } : undefined, isNameChecked: env.KAFKA_TLS_NAME_CHECK };
}

function certificateIn(name: string, pem: string, problems: string[]): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    problems.push(`${name} should name a file of certificates as PEM (-----BEGIN CERTIFICATE-----)`);
    return undefined;
  }
}

function pairProblems(certPem: string, keyPem: string, passphrase: string | undefined): string[] {
  const problems: string[] = [];
  const cert = certificateIn('KAFKA_TLS_CERT_FILE', certPem, problems);
  try {
    const key = createPrivateKey({ key: keyPem, ...(passphrase !== undefined && { passphrase }) });
    if (cert !== undefined && !cert.checkPrivateKey(key)) {
      problems.push('KAFKA_TLS_KEY_FILE should hold the key of the certificate in KAFKA_TLS_CERT_FILE');
    }
  } catch {
    // Why is not told in the same words by each version of OpenSSL.
    const isLocked = keyPem.includes('ENCRYPTED');
    problems.push(
      isLocked
        ? 'KAFKA_TLS_KEY_PASSPHRASE should open the key in KAFKA_TLS_KEY_FILE, which is encrypted'
        : 'KAFKA_TLS_KEY_FILE should name a file with a private key as PEM (-----BEGIN PRIVATE KEY-----)',
    );
  }
  return problems;
}

function warningsOf({ tls, sasl }: KafkaSecurity): string[] {
  const warnings: string[] = [];
  if (sasl !== undefined && tls === undefined) {
    const what = sasl.mechanism.startsWith('SCRAM') ? 'what is read' : 'the credentials and what is read';
    warnings.push(
      `KAFKA_SASL_MECHANISM=${sasl.mechanism} without KAFKA_TLS=1: ${what} can be seen on the way to Kafka`,
    );
  }
  if (tls !== undefined && !tls.isNameChecked) {
    warnings.push('KAFKA_TLS_NAME_CHECK=0: whoever has any certificate of the same authority can pose as a broker');
  }
  if (sasl?.mechanism === 'OAUTHBEARER' && sasl.tokenUrl.startsWith('http:')) {
    warnings.push('KAFKA_OAUTH_TOKEN_URL is not https: the client secret can be seen on its way');
  }
  return warnings;
}

function isTokenUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
