import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersMetadata } from '#scripts/kafka/admin.ts';
import { kafkaJars } from '#scripts/kafka/jars.ts';
import { javaCommand, localKafkaObstacle } from '#scripts/kafka/java.ts';
import { LOG4J_XML } from '#scripts/kafka/log4j.ts';
import { type ListenerSpec, serverProperties } from '#scripts/kafka/server-properties.ts';
import { type Part, type PartExit, startPart } from '#scripts/process/part.ts';
import { freePort, isAccepting, isPortFree, LOOPBACK } from '#scripts/process/ports.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 8000;
/** Writing the class archive takes Java some seconds at its end. */
const ARCHIVE_GRACE_MS = 60_000;
/** One broker for one laptop: little memory, and no time for a compiler that pays off after minutes. */
const JVM_ARGS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true'];
const START_TRIES_MAX = 3;
const LOG_LINES_IN_ERROR = 15;

export interface LocalKafkaOptions {
  /** The clients' port; a free one where it is not given. */
  readonly port?: number;
  /** Where the records are. A given folder is the caller's to remove, and a later start finds its records; else a
   * temporary one is made, and removed by `stop()`. */
  readonly dataDir?: string;
  readonly listeners?: readonly ListenerSpec[];
  /** Arguments that its storage is formatted with once, such as its first users. */
  readonly formatArgs?: readonly string[];
  /** Settings of Java itself. */
  readonly jvmArgs?: readonly string[];
  /** Lines of `server.properties` to add or to override. */
  readonly extraProperties?: Readonly<Record<string, string | number | boolean>>;
  readonly log?: (line: string) => void;
}

/** A real Apache Kafka (KRaft, broker and controller in one) on the loopback. */
export interface LocalKafka {
  readonly brokers: readonly string[];
  readonly port: number;
  readonly dataDir: string;
  /** Process ID of Java itself: it may be stopped and continued (SIGSTOP, SIGCONT). */
  readonly pid: number;
  /** Resolves when the broker has ended, on purpose or not. */
  readonly exited: Promise<PartExit>;
  /** The end of Kafka's own log. */
  readonly lastLogLines: () => Promise<string>;
  /** Runs one of Kafka's own tools: its main class, and its arguments. @throws Error with what it printed */
  readonly runTool: (main: readonly string[]) => Promise<void>;
  /** Ends it and removes a temporary data folder. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a power cut would. The data stays, for `restart`; `stop` removes it. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port and data. The new handle takes the place of this one, its `stop` too. */
  readonly restart: () => Promise<LocalKafka>;
}

interface Layout {
  readonly dataDir: string;
  readonly isTemporary: boolean;
  readonly logDir: string;
  readonly logFile: string;
  readonly propertiesFile: string;
  /** Java's arguments for a main class. */
  readonly java: (main: readonly string[], jvmArgs?: readonly string[]) => string[];
}

/**
 * Starts the broker and waits until a client gets metadata from it. It dies with this process, however that ends.
 *
 * @throws Error that says what is missing (Java, Maven), that a given port is taken, or quotes Kafka's log
 */
export async function startLocalKafka(options: LocalKafkaOptions = {}): Promise<LocalKafka> {
  const obstacle = await localKafkaObstacle();
  if (obstacle !== undefined) throw new Error(`A local Kafka cannot be started: ${obstacle}.`);
  if (options.port !== undefined && !(await isPortFree(options.port))) {
    throw new Error(`Port ${options.port} is taken: stop what uses it, or choose another one.`);
  }
  const log = options.log ?? (() => undefined);
  const jarsDir = await kafkaJars(log);
  await rememberClasses(jarsDir, log);
  const layout = await prepareLayout(options, jarsDir, [
    `-XX:SharedArchiveFile=${classArchive(jarsDir)}`,
    '-Xshare:auto',
    '-Xlog:cds=off',
    ...(options.jvmArgs ?? []),
  ]);
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(options, layout);
    } catch (error) {
      const isPortLost = String(error).includes('Address already in use');
      if (isPortLost && tries < START_TRIES_MAX) continue;
      if (layout.isTemporary) await rm(layout.dataDir, { recursive: true, force: true });
      throw error;
    }
  }
}

async function prepareLayout(options: LocalKafkaOptions, jarsDir: string, jvmArgs: readonly string[]): Promise<Layout> {
  const isTemporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'feedline-kafka-')));
  await mkdir(dataDir, { recursive: true });
  const logFile = join(dataDir, 'kafka.log');
  const log4jFile = join(dataDir, 'log4j2.xml');
  await writeFile(log4jFile, LOG4J_XML);
  const log4j = [`-Dlog4j2.configurationFile=${log4jFile}`, `-Dfeedline.kafka.log=${logFile}`];
  const java = (main: readonly string[], extraArgs = jvmArgs) => [
    ...JVM_ARGS,
    ...extraArgs,
    ...log4j,
    '-cp',
    join(jarsDir, '*'),
    ...main,
  ];
  const propertiesFile = join(dataDir, 'server.properties');
  return { dataDir, isTemporary, logDir: join(dataDir, 'logs'), logFile, propertiesFile, java };
}

/**
 * Has Java remember Kafka's classes as it loaded them, in a trial run after the download: each later start takes half
 * the time. Without the archive everything works the same.
 */
async function rememberClasses(jarsDir: string, log: (line: string) => void): Promise<void> {
  const archive = classArchive(jarsDir);
  if (existsSync(archive)) return;
  log('Preparing Kafka for quick starts, once');
  const ownArchive = `${archive}.${process.pid}`;
  const layout = await prepareLayout({}, jarsDir, [`-XX:ArchiveClassesAtExit=${ownArchive}`, '-Xlog:cds=off']);
  try {
    const kafka = await startOnce({ stopGraceMs: ARCHIVE_GRACE_MS }, layout);
    await kafka.stop();
    await rename(ownArchive, archive);
  } catch (error) {
    log(`That did not work, so starts take longer: ${(error as Error).message}`);
  } finally {
    await rm(ownArchive, { force: true });
    await rm(layout.dataDir, { recursive: true, force: true });
  }
}

function classArchive(jarsDir: string): string {
  return `${jarsDir}.jsa`;
}

async function startOnce(
  options: LocalKafkaOptions & { readonly stopGraceMs?: number },
  layout: Layout,
): Promise<LocalKafka> {
  const port = options.port ?? (await freePort());
  const { extraProperties = {}, listeners = [] } = options;
  const properties = { port, controllerPort: await freePort(), logDir: layout.logDir, listeners, extraProperties };
  await writeFile(layout.propertiesFile, serverProperties(properties));
  if (!existsSync(metaFile(layout))) await formatStorage(layout, options.formatArgs ?? []);
  const part = await startPart({
    name: 'Kafka',
    command: javaCommand(),
    args: layout.java(['kafka.Kafka', layout.propertiesFile]),
    graceMs: options.stopGraceMs ?? STOP_GRACE_MS,
    ...(layout.isTemporary ? { removeDir: layout.dataDir } : {}),
  });
  await waitForMetadata(part, port, layout);
  return handle(part, { ...options, port }, layout);
}

async function formatStorage(layout: Layout, args: readonly string[]): Promise<void> {
  // A dash in front would be taken for an option, as Kafka's own tool avoids it.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'k');
  const main = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', layout.propertiesFile, ...args];
  await runTool(layout, 'Kafka storage format', main);
}

async function runTool(layout: Layout, name: string, main: readonly string[]): Promise<void> {
  const tool = await startPart({ name, command: javaCommand(), args: layout.java(main, []) });
  const exit = await tool.exited;
  if (exit.code !== 0) throw new Error(`${name} has failed:\n${tool.lastLines().join('\n')}`);
}

/** Kafka's own note of what is stored there. */
function metaFile({ logDir }: Layout): string {
  return join(logDir, 'meta.properties');
}

async function clusterIdOf(layout: Layout): Promise<string> {
  const id = /^cluster\.id=(.+)$/m.exec(await readFile(metaFile(layout), 'utf8'))?.[1];
  if (id === undefined) throw new Error(`${metaFile(layout)} names no cluster.`);
  return id.trim();
}

async function waitForMetadata(part: Part, port: number, layout: Layout): Promise<void> {
  const brokers = [`${LOOPBACK}:${port}`];
  // While Java starts, another broker may have taken the port, and would answer.
  const ownId = await clusterIdOf(layout);
  const isUp = async () =>
    (part.isRunning() && (await isAccepting(port)) && (await answersMetadata(brokers, ownId))) || undefined;
  const failure = () => (part.isRunning() ? undefined : 'Kafka ended while it was starting.');
  try {
    await waitUntil('An answer from Kafka', isUp, { timeoutMs: READY_TIMEOUT_MS, intervalMs: 50, failure });
  } catch (error) {
    await part.kill();
    const lines = [...part.lastLines(), await lastLines(layout.logFile)].join('\n');
    throw new Error(`${(error as Error).message} The end of its log:\n${lines}`, { cause: error });
  }
}

function handle(part: Part, options: LocalKafkaOptions & { readonly port: number }, layout: Layout): LocalKafka {
  const { port } = options;
  return {
    brokers: [`${LOOPBACK}:${port}`],
    port,
    dataDir: layout.dataDir,
    pid: part.pid,
    exited: part.exited,
    lastLogLines: async () => [...part.lastLines(), await lastLines(layout.logFile)].join('\n'),
    runTool: (main) => runTool(layout, main[0] ?? '', main),
    stop: async () => {
      await part.stop();
      if (layout.isTemporary) await rm(layout.dataDir, { recursive: true, force: true });
    },
    kill: async () => {
      await part.kill();
    },
    restart: async () => {
      await part.kill();
      return startOnce(options, layout);
    },
  };
}

async function lastLines(file: string): Promise<string> {
  if (!existsSync(file)) return '(no log)';
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.slice(-LOG_LINES_IN_ERROR).join('\n');
}
