import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { ensureTopic, topicOffsets, withAdmin } from '#scripts/kafka/admin.ts';
import { type LocalKafka, startLocalKafka } from '#scripts/local-kafka.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { kafkaSink } from '#scripts/producer/kafka-sink.ts';
import { readLastSeqs } from '#scripts/producer/last-seqs.ts';
import { producedIds } from '#scripts/producer/order-traffic.ts';
import { runProducer } from '#scripts/producer/run-producer.ts';
import { describeWithBroker, describeWithLocalKafka, testBrokers } from '#scripts/testing/test-broker.ts';

const WRITTEN = { feeds: 7, isRacing: true };
const IDS = new Set(producedIds(WRITTEN));

interface Run {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly log?: (line: string) => void;
}

/** Runs a producer until `during` is done; then every record that was taken on is stored. */
async function produceWhile(
  { brokers, topic, log = () => undefined }: Run,
  during: () => Promise<void>,
): Promise<void> {
  const aborter = new AbortController();
  const sink = kafkaSink(brokers, topic, log);
  const lastSeqs = await readLastSeqs(brokers, topic, IDS);
  const world = { random: Math.random, nowMs: Date.now };
  const options = { ...WRITTEN, ratePerSecond: 200, sink, lastSeqs, world, signal: aborter.signal, log };
  const run = runProducer(options);
  await during().finally(() => aborter.abort());
  await run;
  await sink.close();
}

/** Every seq of every ID, in the order of the record log. */
async function storedSeqs({ brokers, topic }: Run): Promise<Map<string, number[]>> {
  const offsets = await withAdmin(brokers, (admin) => topicOffsets(admin, topic));
  const total = offsets.reduce((sum, { low, high }) => sum + high - low, 0);
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: randomUUID() });
  const seqs = new Map<string, number[]>();
  let read = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const { id, seq } = JSON.parse(String(message.value));
      seqs.set(id, [...(seqs.get(id) ?? []), seq]);
      read += 1;
    },
  });
  await waitUntil('The whole topic', async () => (read >= total ? true : undefined), { timeoutMs: 30_000 });
  await consumer.disconnect();
  return seqs;
}

async function recordsIn({ brokers, topic }: Run): Promise<number> {
  const lastSeqs = await readLastSeqs(brokers, topic, IDS);
  return [...lastSeqs.values()].reduce((sum, seq) => sum + seq, 0);
}

const untilRecords = (run: Run, count: number) =>
  waitUntil(`${count} records`, async () => ((await recordsIn(run)) >= count ? true : undefined), {
    timeoutMs: 30_000,
  });

function expectUnbroken(seqs: ReadonlyMap<string, readonly number[]>): void {
  expect(new Set(seqs.keys())).toEqual(IDS);
  for (const list of seqs.values()) expect(list).toEqual(list.map((_, index) => index + 1));
}

describeWithBroker('the producer on a shared broker', () => {
  test('goes on counting where an earlier run ended', async () => {
    const run = { brokers: testBrokers(), topic: `produce-${randomUUID()}` };
    await ensureTopic(run.brokers, { topic: run.topic });
    await produceWhile(run, async () => void (await untilRecords(run, 50)));
    const before = await recordsIn(run);
    await produceWhile(run, async () => void (await untilRecords(run, before + 50)));
    expectUnbroken(await storedSeqs(run));
  });
});

describeWithLocalKafka('the producer through an outage', () => {
  test('loses, repeats and reorders nothing when the broker is killed and comes back, and says so', async () => {
    const lines: string[] = [];
    let kafka: LocalKafka = await startLocalKafka();
    try {
      const run = { brokers: kafka.brokers, topic: 'orders', log: (line: string) => void lines.push(line) };
      await ensureTopic(run.brokers, { topic: run.topic });
      await produceWhile(run, async () => {
        await untilRecords(run, 100);
        await kafka.kill();
        const isAway = async () => lines.some((line) => line.includes('away')) || undefined;
        await waitUntil('The line about the outage', isAway, { timeoutMs: 30_000 });
        kafka = await kafka.restart();
        const isBack = async () => lines.some((line) => line.includes('back after')) || undefined;
        await waitUntil('The line about the return', isBack, { timeoutMs: 30_000 });
        await untilRecords(run, 300);
      });
      expectUnbroken(await storedSeqs(run));
    } finally {
      await kafka.stop();
    }
  });
});
