import { hostname } from 'node:os';
import { z } from 'zod';
import { RecordLogKind } from '../protocol/constants.ts';
import { CONTROL_TOPIC, POD_ABILITIES, type PodAbility } from '../protocol/control.ts';
import {
  AUTH_SECRETS,
  type AuthConfig,
  authConfigOf,
  authMissing,
  authProblems,
  authSettings,
  authWarnings,
} from './config/auth-settings.ts';
import { type FeedConfig, feedConfigOf, feedProblems, feedSettings } from './config/feed-settings.ts';
import {
  KAFKA_SECRETS,
  kafkaSecuritySettings,
  readKafkaSecurity,
  type SecurityRead,
} from './config/kafka-security-settings.ts';
import { type KafkaConfig, kafkaConfigOf, kafkaSettings } from './config/kafka-settings.ts';
import { type LimitConfig, limitConfigOf, limitSettings } from './config/limit-settings.ts';
import {
  type HistoryConfig,
  historyConfigOf,
  memorySettings,
  type RingConfig,
  ringConfigOf,
} from './config/memory-settings.ts';
import { type ReadFile, withSecretFiles } from './config/secret-files.ts';
import { flag, list } from './config/setting.ts';
import { type StreamConfig, streamConfigOf, streamProblems, streamSettings } from './config/stream-settings.ts';
import { webSettings } from './config/web-settings.ts';

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
  readonly auth: AuthConfig;
  readonly kafka: KafkaConfig;
  readonly stream: StreamConfig;
  readonly ring: RingConfig;
  readonly history: HistoryConfig;
  readonly feeds: FeedConfig;
  readonly limits: LimitConfig;
  /** Origins that a browser page may read from; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** What is used as it was set, and should not go unsaid. */
  readonly warnings: readonly string[];
  /** Names by which the demo's own pages reach it, beside IP addresses and loopback names. */
  readonly demoHosts: readonly string[];
}

/** The environment is not usable; the message lists every bad variable and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const HOST_NAME = /^[A-Za-z0-9.-]{1,253}$/;
const TOPIC_NAME = /^[A-Za-z0-9._-]{1,249}$/;

const environment = z.object({
  DEMO: flag,
  DEMO_ABILITIES: list
    .refine((items) => items.every((item) => POD_ABILITIES.some((known) => known === item)), {
      error: `should be a list of ${POD_ABILITIES.join(', ')}`,
    })
    .default([]),
  DEMO_HOSTS: list
    .refine((items) => items.every((item) => HOST_NAME.test(item)), { error: 'should be a list of host names' })
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
  KAFKA_TOPICS: list
    .refine((items) => items.length > 0 && items.every((item) => TOPIC_NAME.test(item)), {
      error: 'should be a list of topic names (letters, digits, ".", "_", "-")',
    })
    .default(['orders']),
  ...authSettings.shape,
  ...feedSettings.shape,
  ...kafkaSettings.shape,
  ...kafkaSecuritySettings.shape,
  ...streamSettings.shape,
  ...memorySettings.shape,
  ...limitSettings.shape,
  ...webSettings.shape,
});

type Environment = z.infer<typeof environment>;

/** The name of every variable that `parseConfig` reads. */
export const SETTING_NAMES: readonly string[] = Object.keys(environment.shape);

/** What may also stand in a file that NAME_FILE names. */
const SECRETS: readonly string[] = [...KAFKA_SECRETS, ...AUTH_SECRETS];

/** Their values are in no error: a URL may hold a password by mistake. */
const UNSHOWN: readonly string[] = [...SECRETS, 'KAFKA_OAUTH_TOKEN_URL', 'JWT_JWKS_URL'];

/**
 * Reads the settings. Pure: the environment and the files are parameters.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = withoutFiles,
): Config {
  const { env: given, problems: unread } = withSecretFiles(withoutEmpty(env), SECRETS, readFile);
  const parsed = environment.safeParse(given);
  const wrong = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
  const problems = [...unread, ...wrong];
  if (given.KAFKA_BROKERS === undefined && given.RECORD_LOG !== 'memory') {
    problems.push('KAFKA_BROKERS should name the brokers (or set RECORD_LOG=memory to run without Kafka)');
  }
  problems.push(...authMissing(given));
  // What holds between settings can be told only of settings that are right by themselves.
  const security = parsed.success ? readKafkaSecurity(parsed.data, readFile) : undefined;
  if (parsed.success) problems.push(...relations(parsed.data));
  problems.push(...(security?.problems ?? []));
  if (problems.length > 0 || !parsed.success || security === undefined) throw configError(problems, env);
  return toConfig(parsed.data, security);
}

/** Where there are no files to read. */
function withoutFiles(): never {
  throw new Error('There are no files here.');
}

function toConfig(env: Environment, { security, warnings }: SecurityRead): Config {
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
    auth: authConfigOf(env),
    kafka: kafkaConfigOf(env, security),
    stream: streamConfigOf(env),
    ring: ringConfigOf(env),
    history: historyConfigOf(env),
    feeds: feedConfigOf(env, {
      isInProcess: env.RECORD_LOG === 'memory',
      ...(env.DEMO && { keyedTopic: CONTROL_TOPIC }),
    }),
    limits: limitConfigOf(env),
    corsOrigins: env.CORS_ORIGINS,
    warnings: [...authWarnings(env), ...warnings],
    demoHosts: env.DEMO_HOSTS.map((host) => host.toLowerCase()),
  };
}

/** What must hold between settings. */
function relations(env: Environment): string[] {
  const problems = [...streamProblems(env), ...feedProblems(env), ...authProblems(env)];
  if (env.DEMO && env.KAFKA_TOPICS.every((topic) => topic === CONTROL_TOPIC)) {
    problems.push(`KAFKA_TOPICS should name a topic beside ${CONTROL_TOPIC}, which the demo keeps for itself`);
  }
  return problems;
}

/** A variable set to nothing is a variable not set, as in every shell script and compose file. */
function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function configError(problems: readonly string[], env: Readonly<Record<string, string | undefined>>): ConfigError {
  const lines = problems.map((problem) => {
    const name = problem.split(' ', 1)[0] ?? '';
    const value = UNSHOWN.includes(name) ? undefined : env[name];
    return `  ${problem}${value === undefined ? '' : ` (it is "${value}")`}`;
  });
  return new ConfigError(`These settings are not usable:\n${lines.join('\n')}\nSee .env.example for all of them.`);
}
