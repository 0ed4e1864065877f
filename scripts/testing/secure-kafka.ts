import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListenerSpec } from '#scripts/kafka/server-properties.ts';
import { type LocalKafka, startLocalKafka } from '#scripts/local-kafka.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { type CertifiedKey, TestAuthority } from '#scripts/testing/certificates.ts';
import { TokenServer } from '#scripts/testing/token-server.ts';

export const PASSWORD = 'open-sesame';
export const TOKEN_AUDIENCE = 'kafka';
/** After so long Kafka wants to know again who is there. */
const REAUTHENTICATION_MS = 12_000;

const PACKAGE = 'org.apache.kafka.common.security';
const SCRAM_MODULE = `${PACKAGE}.scram.ScramLoginModule required;`;
const HOUR_MS = 3_600_000;

/** A real Kafka with ACLs, whose clients have to say who they are; over its plain port everything is allowed. */
export interface SecureKafka {
  readonly kafka: LocalKafka;
  /** SASL over TLS, with a certificate for the address alone. */
  readonly sasl: string;
  readonly saslPort: number;
  /** SASL in plain text, which offers SCRAM-SHA-512 alone. */
  readonly narrow: string;
  /** TLS with a client certificate. */
  readonly mutual: string;
  /** TLS, with a certificate that has expired. */
  readonly expired: string;
  readonly authority: TestAuthority;
  readonly tokens: TokenServer;
  /** Of `CN=mutual`. */
  readonly client: CertifiedKey;
  stop(): Promise<void>;
}

/**
 * The users `plain`, `scram256` and `scram512` have the same password; `token` is whom the token server speaks of. None
 * may do anything yet.
 */
export async function startSecureKafka(): Promise<SecureKafka> {
  const dir = await mkdtemp(join(tmpdir(), 'feedline-secure-'));
  const authority = await TestAuthority.create('Test authority');
  const tokens = await TokenServer.start(TOKEN_AUDIENCE);
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir, name), text);
    return join(dir, name);
  };
  const pem = ({ cert, key }: CertifiedKey): string => `${key}\n${cert}\n`;
  const broker = await authority.issue({ name: 'broker', hosts: [LOOPBACK] });
  const lastYear = { from: Date.now() - 9_000 * HOUR_MS, to: Date.now() - HOUR_MS };
  const old = await authority.issue({ name: 'broker', hosts: [LOOPBACK], validMs: lastYear });
  const [port, saslPort, narrowPort, mutualPort, expiredPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const listeners: ListenerSpec[] = [
    { name: 'secure', port: saslPort, protocol: 'SASL_SSL' },
    { name: 'narrow', port: narrowPort, protocol: 'SASL_PLAINTEXT' },
    { name: 'mutual', port: mutualPort, protocol: 'SSL' },
    { name: 'expired', port: expiredPort, protocol: 'SSL' },
  ];
  const jwks = `file://${await write('jwks.json', JSON.stringify(tokens.jwks))}`;
  const kafka = await startLocalKafka({
    port,
    listeners,
    jvmArgs: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${jwks}`],
    formatArgs: [256, 512].flatMap((bits) => [
      '--add-scram',
      `SCRAM-SHA-${bits}=[name=scram${bits},password=${PASSWORD}]`,
    ]),
    extraProperties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'ssl.keystore.type': 'PEM',
      'ssl.truststore.type': 'PEM',
      'ssl.keystore.location': await write('broker.pem', pem(broker)),
      'ssl.truststore.location': await write('ca.pem', authority.cert),
      'listener.name.mutual.ssl.client.auth': 'required',
      'listener.name.expired.ssl.keystore.location': await write('expired.pem', pem(old)),
      'listener.name.narrow.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
      'listener.name.narrow.scram-sha-512.sasl.jaas.config': SCRAM_MODULE,
      ...saslProperties('listener.name.secure', jwks),
    },
  });
  return {
    kafka,
    sasl: `${LOOPBACK}:${saslPort}`,
    saslPort,
    narrow: `${LOOPBACK}:${narrowPort}`,
    mutual: `${LOOPBACK}:${mutualPort}`,
    expired: `${LOOPBACK}:${expiredPort}`,
    authority,
    tokens,
    client: await authority.issue({ name: 'mutual' }),
    stop: async () => {
      await kafka.stop();
      await tokens.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function saslProperties(prefix: string, jwks: string): Record<string, string | number> {
  return {
    [`${prefix}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [`${prefix}.connections.max.reauth.ms`]: REAUTHENTICATION_MS,
    [`${prefix}.plain.sasl.jaas.config`]: `${PACKAGE}.plain.PlainLoginModule required user_plain="${PASSWORD}";`,
    [`${prefix}.scram-sha-256.sasl.jaas.config`]: SCRAM_MODULE,
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: SCRAM_MODULE,
    [`${prefix}.oauthbearer.sasl.jaas.config`]: `${PACKAGE}.oauthbearer.OAuthBearerLoginModule required;`,
    [`${prefix}.oauthbearer.sasl.server.callback.handler.class`]: `${PACKAGE}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
    [`${prefix}.oauthbearer.sasl.oauthbearer.jwks.endpoint.url`]: jwks,
    [`${prefix}.oauthbearer.sasl.oauthbearer.expected.audience`]: TOKEN_AUDIENCE,
  };
}
