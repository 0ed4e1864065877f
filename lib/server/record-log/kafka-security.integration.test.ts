import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  Kafka,
  logLevel,
  Partitioners,
  type Producer,
  ResourcePatternTypes,
} from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { TestAuthority } from '#scripts/testing/certificates.ts';
import { PASSWORD, type SecureKafka, startSecureKafka, TOKEN_AUDIENCE } from '#scripts/testing/secure-kafka.ts';
import { describeWithLocalKafka } from '#scripts/testing/test-broker.ts';
import { parseConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { KafkaLog, type KafkaLogOptions } from './kafka-log.ts';
import { RecordingHandler } from './record-log.contract.ts';

const logger = createLogger('silent', 'test');

type Env = Readonly<Record<string, string>>;

const WAIT = { timeout: 40_000, interval: 50 };

interface Reading {
  readonly log: KafkaLog;
  readonly handler: RecordingHandler;
  stop(): Promise<void>;
}

describeWithLocalKafka('a Kafka that asks who is there', () => {
  let secure: SecureKafka;
  let producer: Producer;
  let files: Record<string, string>;
  const open: Reading[] = [];

  beforeAll(async () => {
    secure = await startSecureKafka();
    const { authority, client, kafka } = secure;
    const strangers = await TestAuthority.create('Strangers');
    const stranger = await strangers.issue({ name: 'mutual' });
    files = {
      'ca.pem': authority.cert,
      'client.pem': client.cert,
      'client.key': client.key,
      'strangers.pem': strangers.cert,
      'stranger.pem': stranger.cert,
      'stranger.key': stranger.key,
    };
    producer = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((reading) => reading.stop()));
  });

  afterAll(async () => {
    await producer.disconnect();
    await secure.stop();
  });

  /** As the server would, from its settings on. */
  function read(env: Env, topics: readonly string[], more: Pick<KafkaLogOptions, 'refusedDelayMs'> = {}): Reading {
    const { kafka: config, history } = parseConfig(
      {
        AUTH: 'none',
        KAFKA_TOPICS: topics.join(','),
        KAFKA_GROUP_PREFIX: 'gateway',
        KAFKA_SESSION_TIMEOUT_MS: '6000',
        KAFKA_METADATA_MAX_AGE_MS: '500',
        ...env,
      },
      (path) => files[path] ?? '',
    );
    const log = new KafkaLog({ config, history, topics, pod: 'test', logger, refusedDelayMs: 300, ...more });
    const handler = new RecordingHandler();
    const reading = { log, handler, stop: log.read(handler) };
    open.push(reading);
    return reading;
  }

  const untilLive = ({ log }: Reading) =>
    vi.waitFor(() => expect(log.status()).toMatchObject({ state: 'live', reason: 'reading every topic' }), WAIT);
  const untilReason = ({ log }: Reading, reason: RegExp) =>
    vi.waitFor(() => expect(log.status().reason).toMatch(reason), WAIT);

  async function newTopic(config: Env = {}): Promise<string> {
    const topic = `secure-${randomBytes(6).toString('hex')}`;
    await ensureTopic(secure.kafka.brokers, { topic, partitions: 1, config });
    return topic;
  }

  const send = (topic: string, ...values: readonly string[]) =>
    producer.send({ topic, messages: values.map((value) => ({ key: 'id', value })) });

  /** Of every record that the topic holds, from the past. */
  async function history({ log, handler }: Reading, topic: string): Promise<string[]> {
    const epoch = handler.snapshots.find(({ origin }) => origin.topic === topic)?.origin.epoch ?? '';
    const { signal } = new AbortController();
    const to = (await log.bounds(topic, signal)).partitions.get(0)?.end ?? 0;
    const values: string[] = [];
    for (let from = 0; from < to; ) {
      const page = await log.readHistory({ topic, epoch, partition: 0, idBytes: 'id', from, to, signal });
      values.push(...page.records.map(({ value }) => value?.toString() ?? ''));
      from = page.next;
    }
    return values;
  }

  interface Leave {
    readonly resourceType: AclResourceTypes;
    readonly resourceName: string;
    readonly resourcePatternType: ResourcePatternTypes;
    readonly operation: AclOperationTypes;
  }

  const ofTopic = (topic: string, operation = AclOperationTypes.READ): Leave => ({
    resourceType: AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    operation,
  });
  const ofGroups = (operation: AclOperationTypes, prefix = 'gateway'): Leave => ({
    resourceType: AclResourceTypes.GROUP,
    resourceName: prefix,
    resourcePatternType: ResourcePatternTypes.PREFIXED,
    operation,
  });
  const READ_GROUPS = ofGroups(AclOperationTypes.READ);
  const DELETE_GROUPS = ofGroups(AclOperationTypes.DELETE);
  const allowed = (leave: Leave, user: string) => ({
    ...leave,
    principal: `User:${user}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
  });

  const allow = (user: string, ...leaves: readonly Leave[]) =>
    withAdmin(secure.kafka.brokers, (admin) => admin.createAcls({ acl: leaves.map((leave) => allowed(leave, user)) }));
  const forbid = (user: string, ...leaves: readonly Leave[]) =>
    withAdmin(secure.kafka.brokers, (admin) =>
      admin.deleteAcls({ filters: leaves.map((leave) => allowed(leave, user)) }),
    );
  const groups = () =>
    withAdmin(secure.kafka.brokers, async (admin) => (await admin.listGroups()).groups.map(({ groupId }) => groupId));

  /** Who has leave to do all that is documented. */
  async function withLeave(user: string): Promise<string> {
    const topic = await newTopic();
    await allow(user, ofTopic(topic), READ_GROUPS, DELETE_GROUPS);
    return topic;
  }

  const overTls = (env: Env = {}): Env => ({
    KAFKA_BROKERS: secure.sasl,
    KAFKA_TLS: '1',
    KAFKA_TLS_CA_FILE: 'ca.pem',
    ...env,
  });
  const asUser = (mechanism: string, user: string, password = PASSWORD): Env =>
    overTls({ KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: user, KAFKA_SASL_PASSWORD: password });
  const asToken = (secret = 'open sesame'): Env =>
    overTls({
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_OAUTH_TOKEN_URL: secure.tokens.url,
      KAFKA_OAUTH_CLIENT_ID: 'feedline',
      KAFKA_OAUTH_CLIENT_SECRET: secret,
      KAFKA_OAUTH_SCOPE: 'kafka',
    });
  const asCertificate = (of = 'client'): Env =>
    overTls({
      KAFKA_BROKERS: secure.mutual,
      KAFKA_TLS_CERT_FILE: `${of}.pem`,
      KAFKA_TLS_KEY_FILE: `${of}.key`,
    });
  const asNobody = (): Env => ({ KAFKA_BROKERS: secure.kafka.brokers.join(',') });

  it.each([
    { how: 'PLAIN', user: 'plain', env: () => asUser('PLAIN', 'plain') },
    { how: 'SCRAM-SHA-256', user: 'scram256', env: () => asUser('SCRAM-SHA-256', 'scram256') },
    { how: 'SCRAM-SHA-512', user: 'scram512', env: () => asUser('SCRAM-SHA-512', 'scram512') },
    { how: 'OAUTHBEARER', user: 'token', env: () => asToken() },
    { how: 'a client certificate', user: 'CN=mutual', env: () => asCertificate() },
  ])('is read live and from the past with the documented ACLs, and left without a trace: $how', async (each) => {
    const topic = await withLeave(each.user);
    const reading = read(each.env(), [topic]);
    await untilLive(reading);
    await send(topic, 'one', 'two');
    await vi.waitFor(() => expect(reading.handler.values()).toEqual(['one', 'two']), WAIT);
    expect(await history(reading, topic)).toEqual(['one', 'two']);
    expect(await groups()).toHaveLength(1);
    await reading.stop();
    expect(await groups()).toEqual([]);
  });

  it('gets its tokens as RFC 6749 has it, and one for many connections', async () => {
    const before = secure.tokens.requests.length;
    const topic = await withLeave('token');
    const reading = read(asToken(), [topic]);
    await untilLive(reading);
    await history(reading, topic);
    const asked = secure.tokens.requests.slice(before);
    // Of two clients, each with connections of its own.
    expect(asked).toHaveLength(2);
    expect(Object.fromEntries(asked[0]?.form ?? [])).toEqual({ grant_type: 'client_credentials', scope: 'kafka' });
  });

  it.each([
    {
      without: 'ACLs do not allow Read on it',
      leaves: (topic: string) => [ofTopic(topic, AclOperationTypes.DESCRIBE), READ_GROUPS],
    },
    { without: 'Describe and Read on it', leaves: () => [READ_GROUPS] },
    { without: 'no consumer group called "gateway-…": Read is needed', leaves: (topic: string) => [ofTopic(topic)] },
    {
      without: 'Read is needed on groups with the prefix "gateway"',
      leaves: (topic: string) => [ofTopic(topic), ofGroups(AclOperationTypes.DESCRIBE)],
    },
    {
      without: 'Read is needed on groups with the prefix "gateway"',
      leaves: (topic: string) => [ofTopic(topic), ofGroups(AclOperationTypes.READ, 'another')],
    },
  ])('says which leave is missing, and reads as soon as it is given: $without', async ({ without, leaves }) => {
    const topic = await newTopic();
    const given = leaves(topic);
    await forbid('scram256', READ_GROUPS, DELETE_GROUPS);
    await allow('scram256', ...given);
    const reading = read(asUser('SCRAM-SHA-256', 'scram256'), [topic]);
    await untilReason(reading, new RegExp(without));
    expect(reading.log.status().state).toBe('starting');
    await allow('scram256', ofTopic(topic), READ_GROUPS);
    await untilLive(reading);
    await forbid('scram256', ...given, READ_GROUPS);
  });

  it('reads on without a topic that it may not read any more, says so, and misses nothing of it', async () => {
    const kept = await withLeave('plain');
    const lost = await withLeave('plain');
    const reading = read(asUser('PLAIN', 'plain'), [kept, lost]);
    await untilLive(reading);
    await forbid('plain', ofTopic(lost));
    await untilReason(reading, new RegExp(`leave to read the topic "${lost}"`));
    expect(reading.log.status().state).toBe('degraded');
    await send(lost, 'meanwhile');
    await send(kept, 'kept');
    await vi.waitFor(() => expect(reading.handler.values()).toContain('kept'), WAIT);
    await allow('plain', ofTopic(lost));
    await untilLive(reading);
    await send(lost, 'after');
    // A fetch that has waited at the broker since before may have brought the first one.
    await vi.waitFor(() => expect(reading.handler.values().toSorted()).toEqual(['after', 'kept', 'meanwhile']), WAIT);
  });

  it('says when what somebody looks back for may not be read, and waits: it does not say that it is gone', async () => {
    const topic = await withLeave('plain');
    const hidden = await newTopic();
    const reading = read(asUser('PLAIN', 'plain'), [topic]);
    await untilLive(reading);
    const bounds = reading.log.bounds(hidden, new AbortController().signal);
    await untilReason(reading, new RegExp(`cannot be read \\(Kafka's ACLs do not allow to read the topic "${hidden}"`));
    expect(reading.log.status().state).toBe('live');
    await send(hidden, 'there');
    await allow('plain', ofTopic(hidden));
    expect((await bounds).partitions.get(0)).toEqual({ oldest: 0, end: 1 });
    await untilLive(reading);
  });

  it('says when a password was changed while it read, and goes on where it was when it is right again', async () => {
    const topic = await withLeave('scram512');
    const reading = read(asUser('SCRAM-SHA-512', 'scram512'), [topic]);
    await untilLive(reading);
    const change = (password: string) =>
      secure.kafka.runTool([
        'kafka.admin.ConfigCommand',
        ...['--bootstrap-server', secure.kafka.brokers.join(',')],
        ...['--alter', '--entity-type', 'users', '--entity-name', 'scram512'],
        ...['--add-config', `SCRAM-SHA-512=[password=${password}]`],
      ]);
    await change('another');
    await untilReason(reading, /refuses the password of "scram512" \(SCRAM-SHA-512\)/);
    expect(reading.log.status().state).toBe('degraded');
    await send(topic, 'meanwhile');
    await change(PASSWORD);
    await untilLive(reading);
    await vi.waitFor(() => expect(reading.handler.values()).toEqual(['meanwhile']), WAIT);
  });

  const silent = createServer();
  const silentPort = new Promise<number>((resolve) => {
    silent.listen(0, LOOPBACK, () => resolve((silent.address() as { port: number }).port));
  });
  afterAll(() => silent.close());

  it.each<{ what: string; env: () => Env | Promise<Env>; says: string }>([
    {
      what: 'a host that does not exist',
      env: () => ({ KAFKA_BROKERS: 'kafka.invalid:9092' }),
      says: 'no host has the name',
    },
    {
      what: 'a port where nothing listens',
      env: async () => ({ KAFKA_BROKERS: `${LOOPBACK}:${await freePort()}` }),
      says: 'nothing listens at',
    },
    {
      what: 'a port where nobody answers, with TLS',
      env: async () => ({ KAFKA_BROKERS: `${LOOPBACK}:${await silentPort}`, KAFKA_TLS: '1' }),
      says: 'does not answer \\(timed out\\)',
    },
    {
      what: 'a port where nobody answers',
      env: async () => ({ KAFKA_BROKERS: `${LOOPBACK}:${await silentPort}` }),
      says: 'does not answer \\(timed out\\)',
    },
    { what: 'plain text where TLS is spoken', env: () => ({ KAFKA_BROKERS: secure.sasl }), says: 'TLS .*KAFKA_TLS=1' },
    {
      what: 'TLS where plain text is spoken',
      env: () => ({ ...asNobody(), KAFKA_TLS: '1' }),
      says: 'TLS.*KAFKA_TLS=0',
    },
    {
      what: 'an authority that is not trusted',
      env: () => overTls({ KAFKA_TLS_CA_FILE: 'strangers.pem' }),
      says: 'signed by nobody who is trusted here',
    },
    {
      what: 'a certificate of another name',
      env: () => ({ ...asUser('PLAIN', 'plain'), KAFKA_BROKERS: `localhost:${secure.saslPort}` }),
      says: 'is of another name.*localhost',
    },
    {
      what: 'a certificate that has expired',
      env: () => overTls({ KAFKA_BROKERS: secure.expired }),
      says: 'has expired',
    },
    {
      what: 'no client certificate',
      env: () => overTls({ KAFKA_BROKERS: secure.mutual }),
      says: 'wants a client certificate',
    },
    {
      what: 'a client certificate of another authority',
      env: () => asCertificate('stranger'),
      says: 'does not take the client certificate',
    },
    { what: 'no credentials', env: () => overTls(), says: 'may want credentials' },
    {
      what: 'credentials where none are wanted',
      env: () => ({ ...asUser('PLAIN', 'plain'), KAFKA_TLS: '0', KAFKA_TLS_CA_FILE: '', ...asNobody() }),
      says: 'wants no credentials there',
    },
    {
      what: 'a mechanism that is not offered',
      env: () => ({ ...asUser('PLAIN', 'plain'), KAFKA_TLS: '0', KAFKA_TLS_CA_FILE: '', KAFKA_BROKERS: secure.narrow }),
      says: 'does not offer PLAIN there',
    },
    {
      what: 'a wrong password, PLAIN',
      env: () => asUser('PLAIN', 'plain', 'wrong'),
      says: 'refuses the password of "plain" \\(PLAIN\\)',
    },
    {
      what: 'a wrong password, SCRAM',
      env: () => asUser('SCRAM-SHA-256', 'scram256', 'wrong'),
      says: 'refuses the password of "scram256"',
    },
    {
      what: 'a user who does not exist',
      env: () => asUser('SCRAM-SHA-512', 'nobody'),
      says: 'refuses the password of "nobody"',
    },
    {
      what: 'a wrong client secret',
      env: () => asToken('wrong'),
      says: 'gives no token \\(401, invalid_client: The secret is wrong\\.',
    },
    {
      what: 'a token endpoint that is away',
      env: async () => ({ ...asToken(), KAFKA_OAUTH_TOKEN_URL: `http://${LOOPBACK}:${await freePort()}/token` }),
      says: 'cannot be asked for a token: ECONNREFUSED',
    },
    { what: 'a topic that does not exist', env: () => asNobody(), says: 'the topic "absent", which does not exist' },
  ])('says in words what is wrong: $what', async ({ env, says }) => {
    const reading = read(await env(), ['absent']);
    await untilReason(reading, new RegExp(says));
    expect(reading.log.status().state).toBe('starting');
    expect(reading.log.status().reason).not.toMatch(/wrong$|open.sesame/);
  });

  it('says in words that a token is refused', async () => {
    secure.tokens.audience = 'somebody else';
    const reading = read(asToken(), ['absent']);
    await untilReason(reading, /refuses the token of KAFKA_OAUTH_TOKEN_URL/);
    secure.tokens.audience = TOKEN_AUDIENCE;
    await untilReason(reading, /Describe and Read on it/);
  });

  it('is not asked again at once where it has refused: not by who reads, nor by who looks back', async () => {
    const reading = read(asToken('wrong'), ['absent'], { refusedDelayMs: 2_000 });
    const leaving = new AbortController();
    const begunAtMs = performance.now();
    const before = secure.tokens.requests.length;
    const asked = ['absent', 'others'].map((topic) => reading.log.bounds(topic, leaving.signal).catch(() => undefined));
    await vi.waitFor(() => expect(secure.tokens.requests.length - before).toBeGreaterThan(2), WAIT);
    expect(performance.now() - begunAtMs).toBeGreaterThan(1_900);
    leaving.abort();
    await Promise.all(asked);
  });

  it('gives what producers have compressed, each record once, live and from the past', async () => {
    const topic = await newTopic();
    const reading = read(asNobody(), [topic]);
    await untilLive(reading);
    const sent: string[] = [];
    for (const codec of ['gzip', 'snappy', 'lz4', 'zstd', 'uncompressed', 'zstd', 'snappy', 'gzip', 'lz4']) {
      // The broker compresses what it is sent with the same libraries as Kafka's own producer.
      await withAdmin(secure.kafka.brokers, (admin) =>
        admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: ConfigResourceTypes.TOPIC,
              name: topic,
              configEntries: [{ name: 'compression.type', value: codec }],
            },
          ],
        }),
      );
      const values = Array.from(
        { length: 500 },
        (_, index) => `${codec} ${sent.length + index} ${'again '.repeat(20)}`,
      );
      await send(topic, ...values);
      sent.push(...values);
    }
    await vi.waitFor(() => expect(reading.handler.values().length).toBeGreaterThanOrEqual(sent.length), WAIT);
    expect(reading.handler.values()).toEqual(sent);
    expect(await history(reading, topic)).toEqual(sent);
  });
});
