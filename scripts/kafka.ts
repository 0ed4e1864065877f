import { ensureTopic } from '#scripts/kafka/admin.ts';
import { KAFKA_VERSION } from '#scripts/kafka/jars.ts';
import { startLocalKafka } from '#scripts/local-kafka.ts';
import { untilShutdown } from '#scripts/process/until-shutdown.ts';

const DEFAULT_PORT = 9092;
const TOPIC = 'orders';

async function main(): Promise<number> {
  const port = parsePort(process.env.KAFKA_PORT || String(DEFAULT_PORT));
  // Starting takes seconds: a second Ctrl-C need not wait for the end of it.
  const { signal } = untilShutdown(() => process.exit(1));
  console.log(`Starting Apache Kafka ${KAFKA_VERSION} on 127.0.0.1:${port}`);
  const kafka = await startLocalKafka({ port, log: console.log });
  await ensureTopic(kafka.brokers, { topic: TOPIC });
  console.log(`Topic ${TOPIC} is there, brokers: ${kafka.brokers.join(',')}. Ctrl-C ends it and removes its data.`);
  const isAsked = await Promise.race([whenAborted(signal), kafka.exited.then(() => false)]);
  if (!isAsked) console.error(`Kafka ended by itself (${(await kafka.exited).reason}):\n${await kafka.lastLogLines()}`);
  await kafka.stop();
  if (isAsked) console.log('Kafka has ended.');
  return isAsked ? 0 : 1;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new Error(`KAFKA_PORT is "${text}": it should be a port from 1 to 65535.`);
}

function whenAborted(signal: AbortSignal): Promise<true> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(true);
    signal.addEventListener('abort', () => resolve(true), { once: true });
  });
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
