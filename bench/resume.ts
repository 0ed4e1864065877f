/**
 * What coming back costs: real broker, production build, all on the loopback, clients as plain Node programs.
 *
 *     npm run bench:resume -- [--only ring,kafka,storm,stalled] [--stalled-seconds 60]
 *
 * - ring: from the request to the first missed event, while the pod holds it in memory
 * - kafka: the same on a pod that has just started, 100,000 records of other IDs before it in its partition, with the
 *   latency of live events on the same pod meanwhile, and without
 * - storm: 1,000 clients of 1,000 feeds come back at once to a pod that holds nothing
 * - stalled: memory of a pod at 2 MB/s on one feed whose client takes nothing, beside a client that does
 */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Kafka, logLevel, type Message, Partitioners, type Producer } from 'kafkajs';
import { quantile } from '#lib/client/stats.ts';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import { startLocalKafka } from '#scripts/local-kafka.ts';
import type { Part } from '#scripts/process/part.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { ONE_ADDRESS } from '#scripts/server/one-address.ts';
import { startServer, untilReady } from '#scripts/server/start-server.ts';
import { StreamReader } from './stream-reader.ts';

const CASES = ['ring', 'kafka', 'storm', 'stalled'] as const;
const RECORD_PAD = 'x'.repeat(140);
const OTHER_RECORDS = 100_000;
const SEND_RECORDS = 2_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: CASES.join(',') },
    'stalled-seconds': { type: 'string', default: '60' },
  },
});
const wanted = values.only.split(',');
const stalledSeconds = Number(values['stalled-seconds']);
if (wanted.some((name) => !CASES.some((known) => known === name))) throw new Error(`--only takes ${CASES.join(', ')}.`);
if (!(stalledSeconds >= 10 && stalledSeconds <= 600)) throw new Error('--stalled-seconds takes 10 to 600.');

if (!isBuildFresh()) await build(console.log);
const kafka = await startLocalKafka({ log: console.log });
const client = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING });
const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
const pods: Part[] = [];
try {
  await producer.connect();
  if (wanted.includes('ring')) await ring();
  if (wanted.includes('kafka')) await fromKafka();
  if (wanted.includes('storm')) await storm();
  if (wanted.includes('stalled')) await stalled();
} finally {
  for (const pod of pods) await pod.stop();
  await producer.disconnect();
  await kafka.stop();
}

async function newTopic(partitions: number): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  await ensureTopic(kafka.brokers, { topic, partitions });
  return topic;
}

async function startPod(topic: string, env: Record<string, string> = {}): Promise<string> {
  const port = await freePort();
  const logFile = join(ROOT, '.cache', 'bench', `resume-${port}.log`);
  const kafkaEnv = { KAFKA_BROKERS: kafka.brokers.join(','), KAFKA_TOPICS: topic };
  const pod = await startServer({
    port,
    env: { AUTH: 'none', LOG_LEVEL: 'warn', ...ONE_ADDRESS, ...kafkaEnv, ...env },
    logFile,
  });
  pods.push(pod);
  const url = `http://${LOOPBACK}:${port}`;
  await untilReady(pod, url);
  return url;
}

async function send(to: Producer, topic: string, messages: readonly Message[]): Promise<void> {
  for (let from = 0; from < messages.length; from += SEND_RECORDS) {
    await to.send({ topic, messages: messages.slice(from, from + SEND_RECORDS) });
  }
}

function stream(url: string, id: string, cursor?: string): StreamReader {
  return new StreamReader(`${url}/getData/${id}`, cursor);
}

function summary(title: string, numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (q: number): string => (quantile(sorted, q) ?? Number.NaN).toFixed(1);
  return `${title}: p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} ms (${numbers.length})`;
}

async function ring(): Promise<void> {
  const topic = await newTopic(6);
  const url = await startPod(topic);
  const id = 'ring';
  const tookMs: number[] = [];
  let cursor = (await stream(url, id).untilLive()).cursor;
  // It keeps the feed in memory, and tells when the pod has what was sent.
  const watching = await stream(url, id).untilLive();
  for (let round = 0; round < 220; round += 1) {
    await send(producer, topic, [{ key: id, value: `v${round} ${RECORD_PAD}` }]);
    await watching.untilValues(round + 1);
    const resumed = await stream(url, id, cursor).untilValues(1);
    tookMs.push((resumed.arrivedAtMs[0] ?? 0) - resumed.askedAtMs);
    cursor = resumed.cursor;
    resumed.close();
  }
  // The first rounds are those of code that was never run before.
  console.log(summary('ring: request to first missed event', tookMs.slice(20)));
}

async function fromKafka(): Promise<void> {
  const topic = await newTopic(2);
  const first = await startPod(topic);
  const { cursor } = await stream(first, 'rare').untilLive();
  const home = Number.parseInt(/~([0-9a-z]+)-[0-9a-z]+~[0-9a-z]+$/.exec(cursor)?.[1] ?? '0', 36);
  const others = Array.from({ length: OTHER_RECORDS }, (_, index) => ({
    key: `other-${index % 1_000}`,
    partition: home,
    value: `v${index} ${RECORD_PAD}`,
  }));
  await send(producer, topic, others);
  await send(producer, topic, [{ key: 'rare', partition: home, value: 'v' }]);
  const url = await startPod(topic);
  const liveId = 'live';
  const live = await stream(url, liveId).untilLive();
  let isProducing = true;
  const producing = (async () => {
    while (isProducing) {
      await producer.send({ topic, messages: [{ key: liveId, partition: 1 - home, value: `v${performance.now()} ` }] });
      await delay(20);
    }
  })();
  await delay(4_000);
  const quiet = latenciesOf(live);
  const tookMs: number[] = [];
  for (let round = 0; round < 25; round += 1) {
    const resumed = await stream(url, 'rare', cursor).untilValues(1);
    tookMs.push((resumed.arrivedAtMs[0] ?? 0) - resumed.askedAtMs);
    resumed.close();
    await delay(100);
  }
  isProducing = false;
  await producing;
  const lives = latenciesOf(live).slice(quiet.length);
  console.log(summary(`kafka: request to first missed event, ${OTHER_RECORDS} records before it`, tookMs.slice(2)));
  const p99 = (numbers: readonly number[]): string =>
    (
      quantile(
        [...numbers].sort((a, b) => a - b),
        0.99,
      ) ?? 0
    ).toFixed(1);
  console.log(`kafka: live events on the same pod: p99 ${p99(lives)} ms while it scans, ${p99(quiet)} ms before`);
}

/** The live feed's values carry when they were sent, by this process's own clock. */
function latenciesOf({ values: sent, arrivedAtMs }: StreamReader): number[] {
  return sent.map((value, index) => (arrivedAtMs[index] ?? 0) - Number(value.slice(1)));
}

async function storm(): Promise<void> {
  const clients = 1_000;
  const missed = 10;
  const topic = await newTopic(6);
  const first = await startPod(topic);
  const ids = Array.from({ length: clients }, (_, index) => `feed-${index}`);
  const before: StreamReader[] = [];
  for (const id of ids) before.push(stream(first, id));
  for (const reader of before) await reader.untilLive();
  const cursors = before.map(({ cursor }) => cursor);
  for (const reader of before) reader.close();
  const messages = Array.from({ length: missed }, (_, round) =>
    ids.map((key) => ({ key, value: `v${round} ${RECORD_PAD}` })),
  );
  await send(producer, topic, messages.flat());
  const url = await startPod(topic);
  const startedAtMs = performance.now();
  const readers = ids.map((id, index) => stream(url, id, cursors[index]));
  for (const reader of readers) await reader.untilValues(missed);
  const allMs = performance.now() - startedAtMs;
  const scanned = await metric(url, 'feedline_history_records_total');
  console.log(
    `storm: ${clients} clients over ${clients} feeds, ${missed} events missed each: all caught up in ` +
      `${(allMs / 1000).toFixed(2)} s; ${scanned} records were looked at for ${clients * missed}`,
  );
  for (const reader of readers) reader.close();
}

async function stalled(): Promise<void> {
  for (const isStalling of [false, true]) {
    const topic = await newTopic(1);
    const url = await startPod(topic, { STALL_MS: '600000', PING_MS: '1000' });
    const id = 'busy';
    const reader = await stream(url, id).untilLive();
    const watching = await stream(url, id).untilLive();
    const value = `v${'x'.repeat(50_000)}`;
    let isProducing = true;
    const producing = (async () => {
      for (let sentAtMs = performance.now(); isProducing; sentAtMs += 25) {
        await producer.send({ topic, messages: [{ key: id, value }] });
        await delay(Math.max(0, sentAtMs + 25 - performance.now()));
      }
    })();
    await delay(15_000);
    if (isStalling) reader.stall();
    const before = await heldBytes(url);
    await delay(stalledSeconds * 1_000);
    const after = await heldBytes(url);
    isProducing = false;
    await producing;
    const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
    console.log(
      `stalled: ${isStalling ? 'one client takes nothing' : 'both clients read'}, ${stalledSeconds} s at 2 MB/s ` +
        `(${watching.values.length} events): ${megabytes(before)} → ${megabytes(after)} MB held, ` +
        `${megabytes(after - before)} more`,
    );
    reader.close();
    watching.close();
  }
}

/** Buffers and heap that the garbage collector could not take: the least of some looks. */
async function heldBytes(url: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 40; look += 1) {
    const held =
      (await metric(url, 'nodejs_external_memory_bytes')) + (await metric(url, 'nodejs_heap_size_used_bytes'));
    least = Math.min(least, held);
    await delay(100);
  }
  return least;
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name}{`) || each.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
}
