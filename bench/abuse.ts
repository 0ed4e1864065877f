/**
 * What honest clients notice of abusive ones: Feedline's production build under limits, a real broker, all on the
 * loopback. Half of the connections only listen, and every event of theirs is looked at: first by themselves, then
 * beside the other half, which never reads, reconnects in a loop, sends garbage, or headers too slowly.
 *
 *     npm run bench:abuse -- [--connections 5000] [--seconds 30] [--again-ms 500] [--json FILE]
 */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import { startLocalKafka } from '#scripts/local-kafka.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { startServer, untilReady } from '#scripts/server/start-server.ts';
import { loopbackAddresses } from '#scripts/testing/abusers.ts';
import { startAbuser } from './abuse/abuser-process.ts';
import { watchMemory } from './abuse/resident-memory.ts';
import type { LoadResult } from './fan-out/driver/protocol.ts';
import { type Driver, startDriver } from './fan-out/driver-client.ts';
import { ensureOpenFiles, machine } from './fan-out/machine.ts';

const FEEDS = 100;
const EVENTS_PER_S = 100;
const PAYLOAD_BYTES = 200;
const OPENS_PER_S = 500;
const WARM_UP_S = 5;
/** How long the abuse lasts before anything is measured: its worst is when it begins, and when it is cut. */
const ABUSE_WARM_UP_MS = 5_000;
/** Each has so many connections of the honest: people behind one router. */
const STREAMS_PER_ADDRESS = 25;
const ABUSIVE_ADDRESSES = 50;
/** A feed that fills the socket of whoever does not read it. */
const HOT = 'hot';
const HOT_BYTES = 8_192;
const HOT_MS = 50;
const P99_RATIO_MAX = 4;

const MB = 1024 * 1024;
/** See "Memory" in README.md. */
const BASE_BYTES = 250 * MB;
const SOCKET_BYTES = 40 * 1024;
const RING_TOTAL_BYTES = 64 * MB;

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '30' },
    'again-ms': { type: 'string', default: '500' },
    json: { type: 'string' },
  },
});
const connections = Number(values.connections);
const seconds = Number(values.seconds);
const againMs = Number(values['again-ms']);
if (!(connections >= 200 && connections <= 20_000)) throw new Error('--connections takes 200 to 20000.');
if (!(seconds >= 5 && seconds <= 600)) throw new Error('--seconds takes 5 to 600.');
if (!(againMs >= 10 && againMs <= 60_000)) throw new Error('--again-ms takes 10 to 60000.');

const half = Math.floor(connections / 2);
const env = {
  CONNECTIONS_MAX: String(connections),
  CLIENT_CONNECTIONS_MAX: String(2 * STREAMS_PER_ADDRESS),
  CLIENT_REQUESTS_PER_S: '5',
  CLIENT_REQUESTS_BURST: String(2 * STREAMS_PER_ADDRESS),
  HEADERS_TIMEOUT_MS: '5000',
  STALL_MS: '5000',
  RING_TOTAL_BYTES: String(RING_TOTAL_BYTES),
  // A load may last longer than a stream otherwise does.
  STREAM_MAX_AGE_MS: '3600000',
};
const budgetBytes = BASE_BYTES + connections * 1.25 * SOCKET_BYTES + RING_TOTAL_BYTES;

await ensureOpenFiles(connections * 2);
if (!isBuildFresh()) await build(console.log);
const measuredOn = machine();
const startedAt = new Date().toISOString();
const undo: (() => unknown)[] = [];
try {
  await measure();
} finally {
  for (const step of undo.reverse()) await step();
}

async function measure(): Promise<void> {
  const kafka = await startLocalKafka({ log: console.log });
  undo.push(kafka.stop);
  const topic = `bench-${randomUUID()}`;
  await ensureTopic(kafka.brokers, { topic });
  const port = await freePort();
  const brokers = kafka.brokers.join(',');
  const server = await startServer({
    port,
    env: { KAFKA_BROKERS: brokers, KAFKA_TOPICS: topic, AUTH: 'none', ...env },
    logFile: join(ROOT, '.cache', 'bench', 'abuse.log'),
  });
  undo.push(server.stop);
  const url = `http://${LOOPBACK}:${port}`;
  await untilReady(server, url);
  const driver = await startDriver();
  undo.push(driver.stop);
  const aim = { peer: 'feedline', topic, payloadBytes: PAYLOAD_BYTES, publishUrls: {}, publishHeaders: {} };
  await driver.aim({ ...aim, brokers: kafka.brokers });
  await openHonest(driver, url);
  await load(driver, WARM_UP_S);
  undo.push(await produceHotFeed(kafka.brokers, topic));

  const quiet = await watched(server.pid, () => load(driver, seconds));
  say('quiet', quiet);
  const addresses = loopbackAddresses(ABUSIVE_ADDRESSES, 2);
  const abuser = await startAbuser({ port, connections: half, addresses, path: `/getData/${HOT}`, againMs });
  undo.push(abuser.stop);
  await delay(ABUSE_WARM_UP_MS);
  const abused = await watched(server.pid, () => load(driver, seconds));
  say('abused', abused);
  const abuse = await abuser.counts();
  const refused = await refusals(url);
  console.log('abuse', abuse, '\nrefused', refused);
  await report({ quiet, abused, abuse, refused });
}

async function openHonest(driver: Driver, url: string): Promise<void> {
  const addresses = loopbackAddresses(Math.ceil(half / STREAMS_PER_ADDRESS), 1);
  const streams = Array.from({ length: half }, (_, index) => {
    const id = idOf(index % FEEDS);
    return { id, url: `${url}/getData/${id}`, localAddress: addresses[index % addresses.length] as string };
  });
  await driver.open({ streams, perSecond: OPENS_PER_S });
}

function load(driver: Driver, forSeconds: number): Promise<LoadResult> {
  const ids = Array.from({ length: FEEDS }, (_, index) => idOf(index));
  return driver.load({ ids, perSecond: EVENTS_PER_S, seconds: forSeconds });
}

function idOf(index: number): string {
  return `feed-${index}`;
}

/** In both runs, though nobody watches it in the first: what it costs to take from Kafka is not the abuse's. */
async function produceHotFeed(brokers: readonly string[], topic: string): Promise<() => Promise<void>> {
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const messages = [{ key: HOT, value: 'x'.repeat(HOT_BYTES) }];
  const timer = setInterval(() => void producer.send({ topic, messages }).catch(() => undefined), HOT_MS);
  return async () => {
    clearInterval(timer);
    await producer.disconnect();
  };
}

interface Run {
  readonly result: LoadResult;
  readonly rssBytes: number;
}

async function watched(pid: number, work: () => Promise<LoadResult>): Promise<Run> {
  const memory = watchMemory(pid);
  try {
    const result = await work();
    return { result, rssBytes: memory.peakBytes };
  } finally {
    memory.stop();
  }
}

function say(name: string, { result, rssBytes }: Run): void {
  const { deliveries, expected, latency, faults, driverBusy } = result;
  const { p50Ms, p99Ms, maxMs } = latency;
  const times = `p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)}, max ${maxMs.toFixed(0)} ms`;
  const rest = `RSS ${(rssBytes / MB).toFixed(0)} MB, driver ${driverBusy.toFixed(2)} cores`;
  console.log(`${name}: ${deliveries} of ${expected} deliveries, ${times}, ${rest}`);
  for (const fault of faults) console.log(`  ${fault}`);
}

/** By reason, from the server's own metrics. */
async function refusals(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const pattern =
    /^feedline_(?:requests_refused|sockets_cut|streams_ended)_total\{[^}]*reason="([^"]+)"[^}]*\} (\d+)/gm;
  return Object.fromEntries([...text.matchAll(pattern)].map(([, reason, count]) => [reason, Number(count)]));
}

interface Outcome {
  readonly quiet: Run;
  readonly abused: Run;
  readonly abuse: object;
  readonly refused: object;
}

async function report({ quiet, abused, abuse, refused }: Outcome): Promise<void> {
  const ratio = abused.result.latency.p99Ms / quiet.result.latency.p99Ms;
  const isComplete = [quiet, abused].every(({ result }) => {
    return result.faults.length === 0 && result.deliveries === result.expected;
  });
  const verdicts = {
    'nothing missed': isComplete,
    [`p99 under ${P99_RATIO_MAX} × quiet`]: ratio < P99_RATIO_MAX,
    'memory under its budget': abused.rssBytes < budgetBytes,
  };
  console.log(`p99 ratio ${ratio.toFixed(2)}, budget ${(budgetBytes / MB).toFixed(0)} MB`, verdicts);
  const options = { connections, seconds, againMs, env };
  const results = { startedAt, machine: measuredOn, options, quiet, abused, ratio, budgetBytes, abuse, refused };
  const path = values.json ?? join(ROOT, 'bench', 'results', 'abuse.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  if (!Object.values(verdicts).every(Boolean)) process.exitCode = 1;
}
