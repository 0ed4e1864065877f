import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import { startLocalKafka } from '#scripts/local-kafka.ts';
import { freePort, LOOPBACK } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { ONE_ADDRESS } from '#scripts/server/one-address.ts';
import { startServer, untilReady } from '#scripts/server/start-server.ts';
import { findChromium, findOrInstallChromium } from '#scripts/testing/chromium.ts';

/** What a measurement runs on: real broker, production build in demo mode, real Chromium, all on the loopback. */
export interface BenchStack {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly baseUrl: string;
  readonly browser: Browser;
}

/** Starts it, lends it, and stops what was started, however the work ends. Later starts are stopped first. */
export async function withBenchStack(
  work: (stack: BenchStack, undo: (() => Promise<unknown>)[]) => Promise<void>,
): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    await work(await startStack(undo), undo);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function startStack(undo: (() => Promise<unknown>)[]): Promise<BenchStack> {
  const kafka = await startLocalKafka({ log: console.log });
  undo.push(kafka.stop);
  const topic = `bench-${randomUUID()}`;
  await ensureTopic(kafka.brokers, { topic });
  if (!isBuildFresh()) await build(console.log);
  const port = await freePort();
  const about = { KAFKA_BROKERS: kafka.brokers.join(','), KAFKA_TOPICS: topic };
  const env = { ...about, DEMO: '1', CORS_ORIGINS: '*', ...ONE_ADDRESS };
  const server = await startServer({ port, env, logFile: join(ROOT, '.cache', 'bench', 'server.log') });
  undo.push(server.stop);
  const baseUrl = `http://${LOOPBACK}:${port}`;
  await untilReady(server, baseUrl);
  const browser = await launchBrowser();
  undo.push(() => browser.close());
  return { brokers: kafka.brokers, topic, baseUrl, browser };
}

async function launchBrowser(): Promise<Browser> {
  await findOrInstallChromium(console.log);
  const isRoot = process.getuid?.() === 0;
  const executablePath = findChromium();
  return chromium.launch({
    args: [...(isRoot ? ['--no-sandbox'] : []), '--disable-gpu', '--disable-background-networking'],
    ...(executablePath === undefined ? {} : { executablePath }),
  });
}
