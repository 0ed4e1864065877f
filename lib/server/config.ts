import { hostname } from 'node:os';
import { z } from 'zod';
import { FeedEndRule, RecordLogKind, WATCHDOG_PINGS } from '../protocol/constants.ts';
import { CONTROL_TOPIC, POD_ABILITIES, type PodAbility } from '../protocol/control.ts';
import { PARTITIONERS, type Partitioner } from './record-log/partitioner.ts';

/** How a stream's bytes can go: to Node's socket itself, or through a web stream. */
export const SINK_KINDS = ['direct', 'web'] as const;
export type SinkKind = (typeof SINK_KINDS)[number];

/** Everything that can be set from outside, parsed once at boot. */
export interface Config {
  readonly isDemo: boolean;
  /** What can be done to this pod and its broker in the demo; nothing elsewhere. */
  readonly abilities: readonly PodAbility[];
  /** Whether this process ends itself with SIGKILL where its death is ordered; else the launcher does it. */
  readonly isKilledBySelf: boolean;
  /** Name of this process in `hello`, envelopes and metrics. */
  readonly pod: string;
  readonly logLevel: string;
  readonly recordLog: RecordLogKind;
  /** The first one is the default; in the demo the control topic is the last. */
  readonly topics: readonly [string, ...string[]];
  readonly kafka: KafkaConfig;
  readonly stream: StreamConfig;
  readonly ring: RingConfig;
  readonly history: HistoryConfig;
  readonly feedEndOf: (topic: string) => FeedEndRule;
  /** Origins that a browser page may read from; `*` is any. */
  readonly corsOrigins: readonly string[];
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly groupPrefix: string;
  readonly sessionTimeoutMs: number;
  /** How often the consumer looks for new partitions, and whether topics were created again. */
  readonly metadataMaxAgeMs: number;
  readonly partitionerOf: (topic: string) => Partitioner;
}

export interface StreamConfig {
  readonly pingMs: number;
  readonly watchdogMs: number;
  readonly maxAgeMs: number;
  readonly stallMs: number;
  readonly drainMs: number;
  /** `web`: streams and polls are left to Next.js from the request to the last byte. */
  readonly sink: SinkKind;
}

export interface RingConfig {
  readonly frames: number;
  readonly bytes: number;
  readonly idleBytes: number;
  readonly lingerMs: number;
}

/** Reading what is no longer in memory. */
export interface HistoryConfig {
  /** Bytes of one fetch, as Kafka has stored them. */
  readonly fetchBytes: number;
  /** Bytes of values that one reader is given at once. */
  readonly pageBytes: number;
  /** Most partitions that are scanned at the same time. */
  readonly scansMax: number;
  /** How far back a client without a cursor may begin: records of each partition, of whatever key. */
  readonly beginRecordsMax: number;
}

/** The environment is not usable; the message lists every bad variable and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const TOPIC_NAME = /^[A-Za-z0-9._-]{1,249}$/;

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const whole = (from: number, to: number, fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to, {
      error: `should be a whole number from ${from} to ${to}`,
    })
    .transform(Number);

const flag = z
  .enum(['0', '1'], { error: 'should be 1 or 0' })
  .default('0')
  .transform((text) => text === '1');

/** One value for all topics, or a list such as `orders=murmur2,payments=any`; a topic that is not named gets `first`. */
const perTopic = <T extends string>(values: readonly [T, ...T[]]) =>
  z
    .string()
    .default(values[0])
    .transform((text, context) => {
      const chosen = parsePerTopic(text, values);
      if (chosen !== null) return (topic: string): T => chosen.get(topic) ?? chosen.get('') ?? values[0];
      const message = `should be one of ${values.join(', ')}, or a list of topic=value`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });

const broker = /^(\[[0-9a-fA-F:]+\]|[^\s:,/]+):\d{1,5}$/;

const environment = z.object({
  DEMO: flag,
  DEMO_ABILITIES: list
    .refine((items) => items.every((item) => POD_ABILITIES.some((known) => known === item)), {
      error: `should be a list of ${POD_ABILITIES.join(', ')}`,
    })
    .default([]),
  DEMO_KILLED_BY: z.enum(['launcher', 'self'], { error: 'should be launcher or self' }).default('launcher'),
  POD: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'should be 1 to 64 letters, digits, ".", "_" or "-"')
    .optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'should be fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
  RECORD_LOG: z.enum(['kafka', 'memory'], { error: 'should be kafka or memory' }).default('kafka'),
  KAFKA_BROKERS: list
    .refine((items) => items.length > 0 && items.every((item) => broker.test(item)), {
      error: 'should be a list like broker-1:9092,broker-2:9092',
    })
    .optional(),
  KAFKA_TOPICS: list
    .refine((items) => items.length > 0 && items.every((item) => TOPIC_NAME.test(item)), {
      error: 'should be a list of topic names (letters, digits, ".", "_", "-")',
    })
    .default(['orders']),
  KAFKA_GROUP_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'should be letters, digits, ".", "_" or "-"')
    .default('feedline'),
  KAFKA_PARTITIONER: perTopic(PARTITIONERS),
  KAFKA_SESSION_TIMEOUT_MS: whole(1_000, 1_800_000, 30_000),
  KAFKA_METADATA_MAX_AGE_MS: whole(100, 3_600_000, 10_000),
  PING_MS: whole(50, 3_600_000, 5_000),
  STREAM_MAX_AGE_MS: whole(100, 86_400_000, 150_000),
  STALL_MS: whole(100, 3_600_000, 30_000),
  DRAIN_MS: whole(0, 600_000, 5_000),
  STREAM_SINK: z.enum(SINK_KINDS, { error: 'should be direct or web' }).default('direct'),
  HISTORY_FETCH_BYTES: whole(1_024, 104_857_600, 262_144),
  HISTORY_PAGE_BYTES: whole(1_024, 104_857_600, 65_536),
  HISTORY_SCANS: whole(1, 1_000, 4),
  BEGIN_RECORDS: whole(0, 1_000_000_000, 100_000),
  FEED_END: perTopic([FeedEndRule.header, FeedEndRule.tombstone, FeedEndRule.both]),
  RING_FRAMES: whole(1, 1_000_000, 1_000),
  RING_BYTES: whole(1_024, 1_073_741_824, 4_194_304),
  RING_IDLE_BYTES: whole(0, 17_179_869_184, 134_217_728),
  RING_LINGER_MS: whole(0, 3_600_000, 60_000),
  CORS_ORIGINS: list.default([]),
});

type Environment = z.infer<typeof environment>;

/** The name of every variable that `parseConfig` reads. */
export const SETTING_NAMES: readonly string[] = Object.keys(environment.shape);

/**
 * Reads the settings. Pure: the environment is a parameter.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = withoutEmpty(env);
  const parsed = environment.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
  if (given.KAFKA_BROKERS === undefined && given.RECORD_LOG !== 'memory') {
    problems.push('KAFKA_BROKERS should name the brokers (or set RECORD_LOG=memory to run without Kafka)');
  }
  // What holds between settings can be told only of settings that are right by themselves.
  if (parsed.success) problems.push(...relations(parsed.data));
  if (problems.length > 0 || !parsed.success) throw configError(problems, env);
  return toConfig(parsed.data);
}

function toConfig(env: Environment): Config {
  const [first = 'orders', ...others] = env.KAFKA_TOPICS.filter((topic) => !env.DEMO || topic !== CONTROL_TOPIC);
  const control = env.DEMO ? [CONTROL_TOPIC] : [];
  return {
    isDemo: env.DEMO,
    abilities: POD_ABILITIES.filter((ability) => env.DEMO && env.DEMO_ABILITIES.includes(ability)),
    isKilledBySelf: env.DEMO_KILLED_BY === 'self',
    pod: env.POD ?? `${hostname()}-${process.pid}`,
    logLevel: env.LOG_LEVEL,
    recordLog: env.RECORD_LOG === 'memory' ? RecordLogKind.memory : RecordLogKind.kafka,
    topics: [first, ...others, ...control],
    kafka: {
      brokers: env.KAFKA_BROKERS ?? [],
      groupPrefix: env.KAFKA_GROUP_PREFIX,
      sessionTimeoutMs: env.KAFKA_SESSION_TIMEOUT_MS,
      metadataMaxAgeMs: env.KAFKA_METADATA_MAX_AGE_MS,
      partitionerOf: env.KAFKA_PARTITIONER,
    },
    stream: {
      pingMs: env.PING_MS,
      watchdogMs: env.PING_MS * WATCHDOG_PINGS,
      maxAgeMs: env.STREAM_MAX_AGE_MS,
      stallMs: env.STALL_MS,
      drainMs: env.DRAIN_MS,
      sink: env.STREAM_SINK,
    },
    ring: {
      frames: env.RING_FRAMES,
      bytes: env.RING_BYTES,
      idleBytes: env.RING_IDLE_BYTES,
      lingerMs: env.RING_LINGER_MS,
    },
    history: {
      fetchBytes: env.HISTORY_FETCH_BYTES,
      pageBytes: env.HISTORY_PAGE_BYTES,
      scansMax: env.HISTORY_SCANS,
      beginRecordsMax: env.BEGIN_RECORDS,
    },
    feedEndOf: env.FEED_END,
    corsOrigins: env.CORS_ORIGINS,
  };
}

/** What must hold between settings. */
function relations(env: Environment): string[] {
  const problems: string[] = [];
  if (env.PING_MS * WATCHDOG_PINGS > env.STREAM_MAX_AGE_MS) {
    problems.push(
      `PING_MS should be at most a ${WATCHDOG_PINGS}rd of STREAM_MAX_AGE_MS, or no stream lives to its watchdog`,
    );
  }
  if (env.DEMO && env.KAFKA_TOPICS.every((topic) => topic === CONTROL_TOPIC)) {
    problems.push(`KAFKA_TOPICS should name a topic beside ${CONTROL_TOPIC}, which the demo keeps for itself`);
  }
  return problems;
}

/** Topic → value; '' is every topic that is not named. Null where something is none of the values. */
function parsePerTopic<T extends string>(text: string, values: readonly T[]): Map<string, T> | null {
  const chosen = new Map<string, T>();
  for (const item of text.split(',')) {
    const [topic, name] = item.includes('=') ? item.split('=').map((part) => part.trim()) : ['', item.trim()];
    const value = values.find((known) => known === name);
    if (topic === undefined || value === undefined) return null;
    chosen.set(topic, value);
  }
  return chosen;
}

/** A variable set to nothing is a variable not set, as in every shell script and compose file. */
function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function configError(problems: readonly string[], env: Readonly<Record<string, string | undefined>>): ConfigError {
  const lines = problems.map((problem) => {
    const name = problem.split(' ', 1)[0] ?? '';
    const value = env[name];
    return `  ${problem}${value === undefined ? '' : ` (it is "${value}")`}`;
  });
  return new ConfigError(`These settings are not usable:\n${lines.join('\n')}\nSee .env.example for all of them.`);
}
