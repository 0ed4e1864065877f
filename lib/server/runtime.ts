/**
 * The composition root: the one place that knows all of the server and reads the world. Next.js loads a module up to
 * three times in one process (routes, pages, instrumentation), and in development again at every change, so the
 * runtime is kept on `globalThis`: a new copy of this module finds the running one and uses it.
 */
import 'server-only';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEED_LIST_MAX } from '../protocol/constants.ts';
import { CONTROL_TOPIC, type PodStatus } from '../protocol/control.ts';
import { ERROR_CODES, type ErrorCode } from '../protocol/errors.ts';
import type { Readiness } from '../protocol/events.ts';
import { type Authenticator, createAuthenticator } from './auth/authenticator.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { ArticleEmitter } from './demo/article-emitter.ts';
import { DemoControl } from './demo/control.ts';
import { Counts } from './hub/counts.ts';
import { Hub, type HubStats } from './hub/hub.ts';
import { ClientAddresses } from './limits/client-addresses.ts';
import { Limits } from './limits/limits.ts';
import { RefusalReport } from './limits/refusal-report.ts';
import { Sockets } from './limits/sockets.ts';
import { createLogger, type Logger } from './logger.ts';
import { EventLoopDelay } from './metrics/event-loop-delay.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { podStatusOf } from './metrics/pod-status.ts';
import { ReadingProgress } from './metrics/reading-progress.ts';
import { readinessOf } from './readiness.ts';
import { KafkaLog } from './record-log/kafka-log.ts';
import { MemoryLog } from './record-log/memory-log.ts';
import type { PausableReading, RecordId, RecordLog, RecordLogHandler, RecordPublisher } from './record-log/port.ts';
import { recordIdOf } from './record-log/record-id.ts';
import { within } from './record-log/within.ts';
import { answerHeaders } from './transport/answer-headers.ts';
import { ConnectionTracker, type TrackerOptions } from './transport/connection.ts';
import { limitGate } from './transport/gate.ts';
import { Polls } from './transport/polls.ts';
import { RefusalLog } from './transport/refusal-log.ts';
import { type Entrance, routeEntrance } from './transport/route-entrance.ts';
import { Streams } from './transport/streams.ts';

const KEY = Symbol.for('feedline.runtime');
const SWEEP_MS = 1_000;
const REFUSALS_TOLD_MS = 60_000;
/** How long a shutdown waits until that it shuts down is told, ms. */
const LAST_WORD_MS = 1_000;

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

/** The running server. @throws when it was not started, which is a fault of ours. */
export function getRuntime(): Runtime {
  const running = runningOnGlobal();
  if (running === undefined) throw new Error('The runtime is not started; instrumentation.ts starts it.');
  return running;
}

/** Starts the server once per process. With unusable settings the process says which, and exits with 1. */
export function startRuntime(): void {
  if (runningOnGlobal() !== undefined) return;
  const config = configOrExit();
  const running = createRuntime(config);
  Object.defineProperty(globalThis, KEY, { value: running, configurable: true });
  const stopReading = running.recordLog.read(handlerOf(running));
  const addresses = new ClientAddresses(config.limits.trustedProxies);
  const refusals = refusalReportOf(running, addresses);
  const refusalLog = new RefusalLog(running.logger, Date.now);
  const sweeping = setInterval(() => {
    refusalLog.sweep();
    running.hub.sweep();
    running.connections.sweep();
    running.limits.sweep();
    running.sockets.sweep();
    refusals.tick();
    running.eventLoopDelay.tick();
  }, SWEEP_MS);
  const stop = (signal: NodeJS.Signals): void => {
    if (running.isDraining) return;
    running.isDraining = true;
    void shutDown(running, signal, async () => {
      clearInterval(sweeping);
      running.eventLoopDelay.stop();
      running.control?.stop();
      await stopReading();
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  running.sockets.start();
  running.connections.start(trackingOf(running, addresses, refusalLog));
  running.eventLoopDelay.start();
  if (config.auth.jwt === undefined && !config.isDemo) {
    running.logger.warn('AUTH=none: whoever reaches this port may watch any ID');
  }
  for (const warning of config.warnings) running.logger.warn(warning);
  running.logger.info({ recordLog: config.recordLog, topics: config.topics }, 'Feedline is starting');
}

type MutableRuntime = { -readonly [Name in keyof Runtime]: Runtime[Name] };

function runningOnGlobal(): Runtime | undefined {
  return (globalThis as { [KEY]?: Runtime })[KEY];
}

function configOrExit(): Config {
  try {
    return parseConfig(process.env, (path) => readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function createRuntime(config: Config): MutableRuntime {
  const logger = createLogger(config.logLevel, config.pod);
  const { topics, pod, feeds, stream: settings } = config;
  const recordIdIn = (topic: string): RecordId => recordIdOf(feeds.idRuleOf(topic));
  const recordLog =
    config.recordLog === 'memory'
      ? new MemoryLog({ topics, recordIdIn, pageBytes: config.history.pageBytes })
      : new KafkaLog({
          config: config.kafka,
          history: config.history,
          topics,
          recordIdIn,
          optionalTopics: config.isDemo ? [CONTROL_TOPIC] : [],
          pod,
          logger,
        });
  const hub = new Hub({
    pod,
    ring: config.ring,
    ringTotalBytes: config.ring.totalBytes,
    idleRingBytes: config.ring.idleBytes,
    lingerMs: config.ring.lingerMs,
    directorySize: FEED_LIST_MAX,
    partitionerOf: feeds.partitionerOf,
    recordIdIn,
    feedEndOf: feeds.endOf,
    history: recordLog,
    beginRecordsMax: config.history.beginRecordsMax,
    now: Date.now,
  });
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
  const whyNotReady = (): string => recordLog.status().reason;
  const polls = new Polls({ hub, pod, whyNotReady, now: Date.now });
  const limits = new Limits(config.limits, { now: Date.now, random: Math.random });
  const sockets = new Sockets({ limits: config.limits, now: Date.now });
  const article = config.isDemo ? new ArticleEmitter() : undefined;
  const progress = new ReadingProgress(
    topics.filter((topic) => topic !== CONTROL_TOPIC),
    Date.now,
  );
  const eventLoopDelay = new EventLoopDelay();
  const problems = new Counts(ERROR_CODES);
  const readiness = (): Readiness => readinessOf(runtime);
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

function createControl(
  { pod, abilities, isKilledBySelf }: Config,
  { recordLog, status, logger }: Pick<Runtime, 'recordLog' | 'status' | 'logger'>,
): DemoControl {
  const onTrouble = (error: unknown): void =>
    logger.warn({ err: error }, 'nothing can be told over the control topic; it is tried again');
  const killSelf = isKilledBySelf ? () => void process.kill(process.pid, 'SIGKILL') : undefined;
  return new DemoControl({ pod, abilities, recordLog, status, killSelf, onTrouble, now: Date.now, newId: randomUUID });
}

function trackingOf(running: Runtime, addresses: ClientAddresses, refusalLog: RefusalLog): TrackerOptions {
  const { limits, config } = running;
  const isDevelopment = process.env.NODE_ENV !== 'production';
  return {
    clientOf: (request) => addresses.of(request),
    greet: answerHeaders({ ...config, hasTokens: config.auth.jwt !== undefined, isDevelopment }),
    gate: limitGate(limits),
    entrance: entranceOf(running),
    onRefused: (connection) => refusalLog.note(connection),
  };
}

/** Of the package that this process was started in. */
function versionOf(): string {
  const { version } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

function refusalReportOf({ limits, sockets, logger }: Runtime, addresses: ClientAddresses): RefusalReport {
  return new RefusalReport({
    counts: () => [limits.refused, sockets.cuts],
    everyMs: REFUSALS_TOLD_MS,
    now: Date.now,
    tell: (refused) => {
      // Where that is a proxy of the team's own, all of its clients have been taken for one.
      const { lastIgnored } = addresses;
      const about = lastIgnored === undefined ? {} : { notAmongTrustedProxies: lastIgnored };
      logger.warn({ refused, ...about }, 'limits have refused requests or cut sockets');
    },
  });
}

/** In development Next.js compiles a route when it is first asked for it, so only its own way finds it. */
function entranceOf({ config, logger }: Runtime): Entrance | undefined {
  if (config.stream.sink === 'web' || process.env.NODE_ENV !== 'production') return undefined;
  const onTrouble = (error: unknown): void =>
    logger.error({ err: error }, 'the short way to a route handler has failed; Next.js takes the long one');
  // Not the bundler's: what is loaded is the very module that Next.js loads.
  const { createRequire } = process.getBuiltinModule('node:module');
  const load = createRequire(join(process.cwd(), 'package.json'));
  return routeEntrance({ serverDir: join(process.cwd(), '.next', 'server'), load, onTrouble });
}

/** The hub takes the records; whoever else wants them gets them from the same consumer. */
function handlerOf({ hub, progress, article, control }: Runtime): RecordLogHandler {
  return {
    onTopic: (snapshot) => {
      hub.onTopic(snapshot);
      progress.onTopic(snapshot);
      control?.onTopic(snapshot);
    },
    onGap: (gap) => {
      hub.onGap(gap);
      progress.onGap(gap);
    },
    onBatch: (batch) => {
      hub.onBatch(batch);
      progress.onBatch(batch);
      article?.onBatch(batch);
      control?.onBatch(batch);
    },
  };
}

/** Ready no more, then every stream and poll is ended at a moment of its own, then Kafka is left, then the process ends. */
async function shutDown(runtime: Runtime, signal: string, stop: () => Promise<void>): Promise<void> {
  const { logger, streams, polls, config } = runtime;
  logger.info({ signal, streams: streams.openCount, polls: polls.waitingCount }, 'shutting down');
  const told = within(LAST_WORD_MS, runtime.control?.tellStatus() ?? Promise.resolve()).catch(() => undefined);
  await Promise.all([streams.drain(config.stream.drainMs), polls.drain(), told]);
  await stop();
  logger.info('stopped');
  process.exit(0);
}
