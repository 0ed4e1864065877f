/**
 * From a record's production to the event in the browser's handler: real broker, production build, real Chromium, all
 * on the loopback. The same records are watched over Feedline's stream and over the article's way in one page, so the
 * ratio holds when the machine is busy. One clock: producer and browser both read this machine's.
 *
 *     npm run bench:latency -- [--rate 50] [--seconds 30]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser, Page } from '@playwright/test';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { quantile } from '#lib/client/stats.ts';
import { withBenchStack } from './stack.ts';

const ID = '1234';
/** Sent faster first, and left out: a Java broker that has just started needs a second run at everything. */
const WARM_UP_RECORDS = 2_000;
const WARM_UP_RATE = 200;

interface Arrival {
  readonly lane: string;
  readonly seq: number;
  readonly latencyMs: number;
}

const { values } = parseArgs({ options: { rate: { type: 'string' }, seconds: { type: 'string' } } });
const rate = Number(values.rate ?? 50);
const seconds = Number(values.seconds ?? 30);
if (!(rate > 0 && rate <= 1_000 && seconds > 0 && seconds <= 600)) {
  throw new Error('--rate takes 1 to 1000 events a second, --seconds 1 to 600.');
}

await withBenchStack(async ({ brokers, topic, baseUrl, browser }, undo) => {
  const page = await openPage(browser, baseUrl);
  await produce(brokers, topic, undo);
  report(await page.evaluate(() => (window as unknown as { arrivals: Arrival[] }).arrivals));
});

async function openPage(browser: Browser, baseUrl: string): Promise<Page> {
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto(`${baseUrl}/healthz`);
  await page.evaluate(
    async (urls) => {
      const arrivals: Arrival[] = [];
      Object.assign(window, { arrivals });
      await Promise.all(
        Object.entries(urls).map(([lane, url]) => {
          const source = new EventSource(url);
          source.onmessage = (event) => {
            const nowMs = performance.timeOrigin + performance.now();
            const { seq, producedAtMs } = JSON.parse(event.data);
            arrivals.push({ lane, seq, latencyMs: nowMs - producedAtMs });
          };
          return new Promise((resolve) => source.addEventListener('open', resolve, { once: true }));
        }),
      );
    },
    { feedline: `/getData/${ID}`, article: `/api/article/${ID}` },
  );
  return page;
}

async function produce(brokers: readonly string[], topic: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  undo.push(() => producer.disconnect());
  await sendPaced(producer, topic, { fromSeq: 1, count: WARM_UP_RECORDS, perSecond: WARM_UP_RATE });
  await sendPaced(producer, topic, { fromSeq: WARM_UP_RECORDS + 1, count: rate * seconds, perSecond: rate });
  await delay(1_000);
}

interface Series {
  readonly fromSeq: number;
  readonly count: number;
  readonly perSecond: number;
}

async function sendPaced(producer: Producer, topic: string, { fromSeq, count, perSecond }: Series): Promise<void> {
  const startedAtMs = performance.now();
  const sending: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    await delay(Math.max(0, startedAtMs + (index * 1_000) / perSecond - performance.now()));
    const producedAtMs = performance.timeOrigin + performance.now();
    const value = JSON.stringify({ id: ID, seq: fromSeq + index, producedAtMs });
    sending.push(producer.send({ topic, messages: [{ key: ID, value }] }));
  }
  await Promise.all(sending);
}

function report(arrivals: readonly Arrival[]): void {
  const lanes = ['feedline', 'article'].map((lane) => {
    const measured = arrivals.filter((arrival) => arrival.lane === lane && arrival.seq > WARM_UP_RECORDS);
    const latenciesMs = measured.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    const at = (share: number): number => Number(quantile(latenciesMs, share)?.toFixed(1));
    return {
      lane,
      events: latenciesMs.length,
      'p50 ms': at(0.5),
      'p95 ms': at(0.95),
      'p99 ms': at(0.99),
      'max ms': at(1),
    };
  });
  console.log(`Record produced to event in the browser’s handler, ${rate} events/s for ${seconds} s, loopback:`);
  console.table(lanes);
  const [feedline, article] = lanes;
  if (feedline && article)
    console.log(`p50 ratio Feedline / article: ${(feedline['p50 ms'] / article['p50 ms']).toFixed(2)}`);
}
