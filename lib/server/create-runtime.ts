import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEED_LIST_MAX } from '../protocol/constants.ts';
import { CONTROL_TOPIC, type PodStatus } from '../protocol/control.ts';
import { ERROR_CODES, type ErrorCode } from '../protocol/errors.ts';
import type { Readiness } from '../protocol/events.ts';
import { type Authenticator, createAuthenticator } from './auth/authenticator.ts';
import type { Config } from './config.ts';
import { Counts } from './counts.ts';
import { ArticleEmitter } from './demo/article-emitter.ts';
import { DemoControl } from './demo/control.ts';
import { Hub, type HubStats } from './hub/hub.ts';
import { Limits } from './limits/limits.ts';
import { Sockets } from './limits/sockets.ts';
import { createLogger, type Logger } from './logger.ts';
import { EventLoopDelay } from './metrics/event-loop-delay.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { podStatusOf } from './metrics/pod-status.ts';
import { ReadingProgress } from './metrics/reading-progress.ts';
import { readinessOf } from './readiness.ts';
import { KafkaLog } from './record-log/kafka-log.ts';
import { MemoryLog } from './record-log/memory-log.ts';
import type { PausableReading, RecordHistory, RecordId, RecordLog, RecordPublisher } from './record-log/port.ts';
import { recordIdOf } from './record-log/record-id.ts';
import { ConnectionTracker } from './transport/connection.ts';
import { Polls } from './transport/polls.ts';
import { Streams } from './transport/streams.ts';

/** Everything that the doors need. */
export interface Runtime {
  readonly config: Config;
  readonly logger: Logger;
  readonly hub: Hub;
  readonly recordLog: RecordLog & RecordPublisher & PausableReading;
  readonly streams: Streams;
  readonly polls: Polls;
  readonly connections: ConnectionTracker;
  readonly limits: Limits;
  readonly sockets: Sockets;
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  /** Problem documents answered. */
  readonly problems: Counts<ErrorCode>;
  /** What the article's way listens to; only in the demo. */
  readonly article: ArticleEmitter | undefined;
  /** This pod's part in the control topic; only in the demo. */
  readonly control: DemoControl | undefined;
  readonly progress: ReadingProgress;
  readonly eventLoopDelay: EventLoopDelay;
  /** How this pod is. */
  readonly status: () => Promise<PodStatus>;
  readonly isDraining: boolean;
}

/** While it is being made, and as it shuts down. */
type MutableRuntime = { -readonly [Name in keyof Runtime]: Runtime[Name] };

/** Makes all parts of a server and starts none of them. */
export function createRuntime(config: Config): MutableRuntime {
  const logger = createLogger(config.logLevel, config.pod);
  const { topics, pod, stream: settings } = config;
  const recordLog = createRecordLog(config, logger);
  const hub = createHub(config, recordLog);
  const onError = (error: unknown, requestId: string | undefined): void =>
    logger.error({ requestId, err: error }, 'a stream has failed');
  const streams = new Streams({
    onError,
    logger,
    hub,
    pod,
    recordLog: config.recordLog,
    settings,
    now: Date.now,
    random: Math.random,
  });
  const readiness = (): Readiness => readinessOf(runtime);
  const polls = new Polls({ hub, pod, whyNotReady: () => readiness().reason, now: Date.now });
  const limits = new Limits(config.limits, { now: Date.now, random: Math.random });
  const sockets = new Sockets({ limits: config.limits, now: Date.now });
  const article = config.isDemo ? new ArticleEmitter() : undefined;
  const progress = new ReadingProgress(
    topics.filter((topic) => topic !== CONTROL_TOPIC),
    Date.now,
  );
  const eventLoopDelay = new EventLoopDelay();
  const problems = new Counts(ERROR_CODES);
  const hubStats = (): HubStats => hub.stats();
  const metrics = createMetrics({
    pod,
    version: versionOf(),
    hubStats,
    tally: hub.tally,
    recordLog,
    progress,
    streams,
    polls,
    problems: () => problems.all,
    articleListeners: article && (() => article.listenerCount),
    limits,
    sockets,
    readiness,
    eventLoopDelay,
  });
  const status = (): Promise<PodStatus> =>
    podStatusOf({
      abilities: config.abilities,
      readiness,
      hubStats,
      recordLog,
      progress,
      streams,
      polls,
      eventLoopDelay,
      now: Date.now,
    });
  const runtime: MutableRuntime = {
    config,
    logger,
    hub,
    recordLog,
    streams,
    polls,
    metrics,
    problems,
    article,
    control: config.isDemo ? createControl(config, { recordLog, status, logger }) : undefined,
    progress,
    eventLoopDelay,
    status,
    connections: new ConnectionTracker(),
    limits,
    sockets,
    authenticator: createAuthenticator(config.auth, {
      defaultTopic: topics[0],
      now: Date.now,
      fetch,
      onTrouble: (error) => logger.warn({ err: error }, 'the keys to check tokens with cannot be fetched, or used'),
    }),
    isDraining: false,
  };
  return runtime;
}

function createRecordLog(config: Config, logger: Logger): KafkaLog | MemoryLog {
  const { topics, pod, kafka, history } = config;
  const recordIdIn = recordIdsOf(config);
  if (config.recordLog === 'memory') return new MemoryLog({ topics, recordIdIn, pageBytes: history.pageBytes });
  const optionalTopics = config.isDemo ? [CONTROL_TOPIC] : [];
  return new KafkaLog({ config: kafka, history, topics, recordIdIn, optionalTopics, pod, logger });
}

function createHub(config: Config, history: RecordHistory): Hub {
  const { pod, ring, feeds } = config;
  return new Hub({
    pod,
    ring,
    ringTotalBytes: ring.totalBytes,
    idleRingBytes: ring.idleBytes,
    lingerMs: ring.lingerMs,
    directorySize: FEED_LIST_MAX,
    partitionerOf: feeds.partitionerOf,
    recordIdIn: recordIdsOf(config),
    feedEndOf: feeds.endOf,
    history,
    beginRecordsMax: config.history.beginRecordsMax,
    now: Date.now,
  });
}

/** How each topic's records are told which feed they are of. */
function recordIdsOf({ feeds }: Config): (topic: string) => RecordId {
  return (topic) => recordIdOf(feeds.idRuleOf(topic));
}

function createControl(
  { pod, abilities, isKilledBySelf }: Config,
  { recordLog, status, logger }: Pick<Runtime, 'recordLog' | 'status' | 'logger'>,
): DemoControl {
  const onTrouble = (error: unknown): void =>
    logger.warn({ err: error }, 'nothing can be told over the control topic; it is tried again');
  const killSelf = isKilledBySelf ? () => void process.kill(process.pid, 'SIGKILL') : undefined;
  return new DemoControl({ pod, abilities, recordLog, status, killSelf, onTrouble, now: Date.now, newId: randomUUID });
}

/** Of the package that this process was started in. */
function versionOf(): string {
  const { version } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
