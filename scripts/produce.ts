import { setTimeout as delay } from 'node:timers/promises';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';
import { answersMetadata, ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import { untilShutdown } from '#scripts/process/until-shutdown.ts';
import { httpSink } from '#scripts/producer/http-sink.ts';
import { kafkaSink } from '#scripts/producer/kafka-sink.ts';
import { readLastSeqs } from '#scripts/producer/last-seqs.ts';
import { type KafkaTarget, PRODUCE_HELP, type ProduceOptions, parseProduceOptions } from '#scripts/producer/options.ts';
import { producedIds } from '#scripts/producer/order-traffic.ts';
import { runProducer } from '#scripts/producer/run-producer.ts';

const ASK_AGAIN_MS = 500;
const DEFAULT_BROKERS = '127.0.0.1:9092';

const log = (line: string) => console.log(`producer: ${line}`);

async function main(): Promise<void> {
  const options = parseProduceOptions(process.argv.slice(2), process.env.KAFKA_BROKERS || DEFAULT_BROKERS);
  if (options === 'help') return console.log(PRODUCE_HELP);
  const { signal } = untilShutdown();
  const lastSeqs = await startCounts(options, signal);
  if (signal.aborted) return;
  const { target, clockOffsetMs, ...traffic } = options;
  const sink = target.kind === 'url' ? httpSink(target.url) : kafkaSink(target.brokers, target.topic, log);
  log(firstLine(options, lastSeqs.size));
  // Shifted by a constant: times of production change, what is due when does not.
  const world = { random: Math.random, nowMs: () => Date.now() + clockOffsetMs };
  await runProducer({ ...traffic, sink, lastSeqs, world, signal, log });
  log('ended');
}

function firstLine(options: ProduceOptions, goingOn: number): string {
  const { target, ratePerSecond, feeds, isRacing, clockOffsetMs } = options;
  const where = target.kind === 'url' ? target.url : `topic ${target.topic} on ${target.brokers.join(',')}`;
  const race = isRacing ? `, and ${Object.values(RACE_FEEDS).join(', ')}` : '';
  const going = goingOn > 0 ? `, going on counting for ${goingOn} of them` : '';
  const clock = clockOffsetMs === 0 ? '' : `, with a clock that is ${clockOffsetMs} ms off`;
  return `${ratePerSecond} records/s over ${feeds} IDs from 1234${race} to ${where}${going}${clock}`;
}

async function startCounts({ target, ...written }: ProduceOptions, signal: AbortSignal): Promise<Map<string, number>> {
  if (target.kind === 'url' || !(await waitForBroker(target.brokers, signal))) return new Map();
  await prepareTopic(target);
  return readLastSeqs(target.brokers, target.topic, new Set(producedIds(written)));
}

async function waitForBroker(brokers: readonly string[], signal: AbortSignal): Promise<boolean> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    if (await answersMetadata(brokers)) return true;
    if (tries === 0) log(`no answer from ${brokers.join(',')}: waiting until there is a broker`);
    await delay(ASK_AGAIN_MS);
  }
  return false;
}

async function prepareTopic({ brokers, topic, createTopic }: KafkaTarget): Promise<void> {
  if (createTopic) {
    if (await ensureTopic(brokers, { topic })) log(`created topic ${topic}`);
    return;
  }
  const topics = await withAdmin(brokers, (admin) => admin.listTopics());
  if (!topics.includes(topic)) {
    throw new Error(`There is no topic ${topic} on ${brokers.join(',')}: create it, or say --create-topic.`);
  }
}

main().then(
  // kafkajs may still be waiting for a broker that is away: there is nothing left to wait for.
  () => process.exit(0),
  (error: Error) => {
    console.error(`producer: ${error.message}`);
    process.exit(1);
  },
);
