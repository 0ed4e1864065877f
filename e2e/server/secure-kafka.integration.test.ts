import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { PASSWORD, type SecureKafka, startSecureKafka } from '#scripts/testing/secure-kafka.ts';
import { describeWithLocalKafka } from '#scripts/testing/test-broker.ts';
import { newFeedId, TestServer } from './test-server.ts';

const TOPIC = 'payments';
const USER = 'scram512';

describeWithLocalKafka('the server in front of a Kafka that asks who is there', () => {
  let secure: SecureKafka;
  let dir: string;
  let server: TestServer;

  beforeAll(async () => {
    secure = await startSecureKafka();
    await ensureTopic(secure.kafka.brokers, { topic: TOPIC, config: { 'compression.type': 'zstd' } });
    dir = await mkdtemp(join(tmpdir(), 'feedline-secrets-'));
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(dir, name), text);
      return join(dir, name);
    };
    server = await TestServer.start({
      env: {
        KAFKA_BROKERS: secure.sasl,
        KAFKA_TOPICS: TOPIC,
        KAFKA_GROUP_PREFIX: 'gateway',
        KAFKA_TLS: '1',
        KAFKA_TLS_CA_FILE: await file('ca.pem', secure.authority.cert),
        KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
        KAFKA_SASL_USERNAME: USER,
        KAFKA_SASL_PASSWORD_FILE: await file('password', `${PASSWORD}\n`),
      },
      isReadyAwaited: false,
    });
  });

  afterAll(async () => {
    await server.stop();
    await secure.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const allow = (resourceType: AclResourceTypes, resourceName: string, resourcePatternType: ResourcePatternTypes) =>
    withAdmin(secure.kafka.brokers, (admin) =>
      admin.createAcls({
        acl: [
          {
            ...{ resourceType, resourceName, resourcePatternType },
            ...{ principal: `User:${USER}`, host: '*' },
            ...{ operation: AclOperationTypes.READ, permissionType: AclPermissionTypes.ALLOW },
          },
        ],
      }),
    );

  it('says at its start what it is not allowed, heals as it is, and streams what is compressed', async () => {
    const untilReady = (status: number, reason: string) =>
      vi.waitFor(
        async () => {
          const response = await server.fetch('/readyz');
          expect((await response.json()).reason).toContain(reason);
          expect(response.status).toBe(status);
        },
        { timeout: 40_000, interval: 50 },
      );
    await untilReady(503, `leave to read the topic "${TOPIC}"`);
    await allow(AclResourceTypes.TOPIC, TOPIC, ResourcePatternTypes.LITERAL);
    await untilReady(503, 'Read is needed on groups with the prefix "gateway"');
    await allow(AclResourceTypes.GROUP, 'gateway', ResourcePatternTypes.PREFIXED);
    await untilReady(200, 'reading every topic');
    const id = newFeedId();
    const client = await server.stream(`/getData/${id}`).untilOpen();
    const producer = new Kafka({ brokers: [...secure.kafka.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic: TOPIC, messages: [{ key: id, value: 'paid' }] });
    await producer.disconnect();
    await client.until(() => expect(client.values).toEqual(['paid']));
    await server.stop();
    const log = await readFile(server.logFile, 'utf8');
    expect(log).toContain(`leave to read the topic \\"${TOPIC}\\"`);
    expect(log).toContain('Read is needed on groups');
    expect(log).not.toContain(PASSWORD);
  });
});
