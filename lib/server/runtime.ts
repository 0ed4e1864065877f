/**
 * Starts and ends the server, and is the one place that reads the world. Next.js loads a module up to
 * three times in one process (routes, pages, instrumentation), and in development again at every change, so the
 * runtime is kept on `globalThis`: a new copy of this module finds the running one and uses it.
 */
import 'server-only';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { createRuntime, type Runtime } from './create-runtime.ts';
import { ClientAddresses } from './limits/client-addresses.ts';
import { RefusalReport } from './limits/refusal-report.ts';
import type { RecordLogHandler } from './record-log/port.ts';
import { within } from './record-log/within.ts';
import { answerHeaders } from './transport/answer-headers.ts';
import type { TrackerOptions } from './transport/connection.ts';
import { limitGate } from './transport/gate.ts';
import { RefusalLog } from './transport/refusal-log.ts';
import { type Entrance, routeEntrance } from './transport/route-entrance.ts';

const KEY = Symbol.for('feedline.runtime');
const SWEEP_MS = 1_000;
const REFUSALS_TOLD_MS = 60_000;
/** How long a shutdown waits until that it shuts down is told, ms. */
const LAST_WORD_MS = 1_000;

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
  for (const warning of config.warnings) running.logger.warn(warning);
  running.logger.info({ recordLog: config.recordLog, topics: config.topics }, 'Feedline is starting');
}

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
