import { beforeAll, describe, expect, it } from 'vitest';
import { type CertifiedKey, encryptedKey, TestAuthority } from '#scripts/testing/certificates.ts';
import { type Config, ConfigError, parseConfig } from '../config.ts';

/** What warns of nothing by itself. */
const BASE = { AUTH: 'jwt', JWT_SECRET: 'x'.repeat(32), JWT_AUDIENCE: 'feedline', KAFKA_BROKERS: 'kafka-1:9093' };
const PASSWORD = { KAFKA_SASL_USERNAME: 'feedline', KAFKA_SASL_PASSWORD: 'open sesame' };
const OAUTH = {
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_OAUTH_TOKEN_URL: 'https://login.test/token',
  KAFKA_OAUTH_CLIENT_ID: 'feedline',
  KAFKA_OAUTH_CLIENT_SECRET: 'open sesame',
};
const MISSING = Object.assign(new Error('There is no such file.'), { code: 'ENOENT' });

type Env = Readonly<Record<string, string>>;

function parse(env: Env, files: Env = {}): Config {
  return parseConfig({ ...BASE, ...env }, (path) => {
    const text = files[path];
    if (text === undefined) throw MISSING;
    return text;
  });
}

function messageOf(env: Env, files: Env = {}): string {
  try {
    parse(env, files);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('how Kafka is told who this is', () => {
  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s takes a user and a password', (mechanism) => {
    const { sasl } = parse({ KAFKA_SASL_MECHANISM: mechanism.toLowerCase(), ...PASSWORD }).kafka.security;
    expect(sasl).toEqual({ mechanism, username: 'feedline', password: 'open sesame' });
  });

  it('OAUTHBEARER takes a client, and where its tokens come from', () => {
    const { sasl } = parse({ ...OAUTH, KAFKA_OAUTH_SCOPE: 'kafka' }).kafka.security;
    expect(sasl).toMatchObject({ mechanism: 'OAUTHBEARER', clientId: 'feedline', scope: 'kafka' });
  });

  it('is nobody, in plain text, unless it is set', () => {
    expect(parse({}).kafka.security).toEqual({ tls: undefined, sasl: undefined });
  });

  it.each([
    { what: 'a password without a mechanism', env: PASSWORD, says: 'KAFKA_SASL_PASSWORD should be set with' },
    {
      what: 'a password without a user',
      env: { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_PASSWORD: 'open sesame' },
      says: 'KAFKA_SASL_USERNAME should be set for KAFKA_SASL_MECHANISM=PLAIN',
    },
    {
      what: 'a user without a password',
      env: { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'feedline' },
      says: 'KAFKA_SASL_PASSWORD should be set',
    },
    {
      what: 'OAUTHBEARER without its URL',
      env: { ...OAUTH, KAFKA_OAUTH_TOKEN_URL: '' },
      says: 'KAFKA_OAUTH_TOKEN_URL should be set',
    },
    {
      what: 'OAUTHBEARER with a password',
      env: { ...OAUTH, ...PASSWORD },
      says: 'KAFKA_SASL_PASSWORD should be set with another',
    },
    { what: 'an unknown mechanism', env: { KAFKA_SASL_MECHANISM: 'GSSAPI' }, says: 'should be one of PLAIN, SCRAM' },
    {
      what: 'a password in the URL of tokens',
      env: { ...OAUTH, KAFKA_OAUTH_TOKEN_URL: 'https://a:open sesame@login.test' },
      says: 'KAFKA_OAUTH_TOKEN_URL should be',
    },
  ])('is refused, and no secret is shown: $what', ({ env, says }) => {
    const message = messageOf({ KAFKA_TLS: '1', ...env });
    expect(message).toContain(says);
    expect(message).not.toContain(PASSWORD.KAFKA_SASL_PASSWORD);
  });

  it('takes secrets from files, without the line break at their end', () => {
    const env = {
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_SASL_USERNAME: 'feedline',
      KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka',
    };
    const { sasl } = parse(env, { '/run/secrets/kafka': ' open sesame \n' }).kafka.security;
    expect(sasl).toMatchObject({ password: ' open sesame ' });
    expect(messageOf(env)).toContain('KAFKA_SASL_PASSWORD_FILE should name a file that can be read: ENOENT');
    expect(messageOf(env, { '/run/secrets/kafka': '\n' })).toContain('that is not empty');
    const both = { ...env, KAFKA_SASL_PASSWORD: 'open sesame' };
    expect(messageOf(both, { '/run/secrets/kafka': 'x' })).toContain('should not be set beside KAFKA_SASL_PASSWORD');
  });

  it.each([
    { env: { KAFKA_SASL_MECHANISM: 'PLAIN', ...PASSWORD }, says: 'the credentials and what is read can be seen' },
    { env: { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256', ...PASSWORD }, says: ': what is read can be seen' },
    { env: { KAFKA_TLS: '1', KAFKA_TLS_NAME_CHECK: '0' }, says: 'can pose as a broker' },
    { env: { ...OAUTH, KAFKA_TLS: '1', KAFKA_OAUTH_TOKEN_URL: 'http://login.test' }, says: 'is not https' },
  ])('warns where that is not safe: $says', ({ env, says }) => {
    const { warnings } = parse(env);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(says);
  });

  it('warns of nothing where it is', () => {
    expect(parse({ KAFKA_TLS: '1', KAFKA_SASL_MECHANISM: 'PLAIN', ...PASSWORD }).warnings).toEqual([]);
  });
});

describe('TLS to Kafka', () => {
  let authority: TestAuthority;
  let client: CertifiedKey;
  let files: Record<string, string>;
  const paths = { KAFKA_TLS: '1', KAFKA_TLS_CERT_FILE: 'client.pem', KAFKA_TLS_KEY_FILE: 'client.key' };

  beforeAll(async () => {
    authority = await TestAuthority.create('Test');
    client = await authority.issue({ name: 'feedline' });
    files = { 'ca.pem': authority.cert, 'client.pem': client.cert, 'client.key': client.key };
  });

  it('takes an authority, and a client certificate with its key', () => {
    const { tls } = parse({ ...paths, KAFKA_TLS_CA_FILE: 'ca.pem' }, files).kafka.security;
    expect(tls).toEqual({
      ca: authority.cert,
      client: { ...client, passphrase: undefined },
      isNameChecked: true,
    });
    expect(parse({ KAFKA_TLS: '1' }).kafka.security.tls).toEqual({
      ca: undefined,
      client: undefined,
      isNameChecked: true,
    });
  });

  it('names every file that cannot be read', () => {
    const message = messageOf({ ...paths, KAFKA_TLS_CA_FILE: 'ca.pem' });
    for (const name of ['CA', 'CERT', 'KEY']) {
      expect(message).toContain(`KAFKA_TLS_${name}_FILE should name a file that can be read: ENOENT`);
    }
  });

  it.each([
    { name: 'KAFKA_TLS_CA_FILE', path: 'ca.pem', says: 'of certificates as PEM' },
    { name: 'KAFKA_TLS_CERT_FILE', path: 'client.pem', says: 'of certificates as PEM' },
    { name: 'KAFKA_TLS_KEY_FILE', path: 'client.key', says: 'with a private key as PEM' },
  ])('names a file that holds something else: $path', ({ name, path, says }) => {
    const message = messageOf({ ...paths, KAFKA_TLS_CA_FILE: 'ca.pem' }, { ...files, [path]: 'hello' });
    expect(message).toMatch(new RegExp(`${name} .*${says}`));
    expect(message).not.toContain('hello');
  });

  it('wants a certificate and its own key together', async () => {
    const { KAFKA_TLS_KEY_FILE: _key, ...certAlone } = paths;
    expect(messageOf(certAlone, files)).toContain('KAFKA_TLS_KEY_FILE should be set with KAFKA_TLS_CERT_FILE');
    const { KAFKA_TLS_CERT_FILE: _cert, ...keyAlone } = paths;
    expect(messageOf(keyAlone, files)).toContain('KAFKA_TLS_CERT_FILE should be set with KAFKA_TLS_KEY_FILE');
    const other = await authority.issue({ name: 'other' });
    expect(messageOf(paths, { ...files, 'client.key': other.key })).toContain('the key of the certificate');
  });

  it('opens a key with its passphrase, and says when it cannot', () => {
    const locked = { ...files, 'client.key': encryptedKey(client.key, 'open sesame') };
    const { tls } = parse({ ...paths, KAFKA_TLS_KEY_PASSPHRASE: 'open sesame' }, locked).kafka.security;
    expect(tls?.client?.passphrase).toBe('open sesame');
    for (const env of [paths, { ...paths, KAFKA_TLS_KEY_PASSPHRASE: 'wrong word' }]) {
      const message = messageOf(env, locked);
      expect(message).toContain('KAFKA_TLS_KEY_PASSPHRASE should open the key');
      expect(message).not.toContain('wrong word');
    }
  });

  it('is asked for by itself: files alone are refused', () => {
    expect(messageOf({ ...paths, KAFKA_TLS: '0' }, files)).toContain(
      'KAFKA_TLS_CERT_FILE should be set with KAFKA_TLS=1 only',
    );
  });
});
