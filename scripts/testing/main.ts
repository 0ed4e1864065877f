import { dockerObstacle } from '#scripts/process/docker.ts';
import { killEveryPart } from '#scripts/process/part.ts';
import { untilShutdown } from '#scripts/process/until-shutdown.ts';
import { build } from '#scripts/server/build.ts';
import { findOrInstallChromium } from '#scripts/testing/chromium.ts';
import { startE2eStack } from '#scripts/testing/e2e-stack.ts';
import { parseTestOptions, TEST_HELP, type TestOptions } from '#scripts/testing/options.ts';
import { addTallies, EMPTY_TALLY, type Tally, tallyLine } from '#scripts/testing/reports.ts';
import { runPlaywright } from '#scripts/testing/run-playwright.ts';
import { runVitest } from '#scripts/testing/run-vitest.ts';
import { provideSharedBroker } from '#scripts/testing/shared-broker.ts';

const EXIT_INTERRUPTED = 130;

const log = (line: string) => console.log(`test: ${line}`);

/** Runs the tests. @returns the exit code: 0 only when something ran and nothing failed */
export async function main(): Promise<number> {
  const options = parseTestOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(TEST_HELP);
    return 0;
  }
  const { signal } = untilShutdown(() => process.exit(EXIT_INTERRUPTED));
  signal.addEventListener('abort', () => void killEveryPart().then(() => process.exit(EXIT_INTERRUPTED)));
  const tally = await runAll(options);
  for (const name of tally.skipped) console.log(`skipped: ${name}`);
  for (const name of tally.failed) console.log(`FAILED: ${name}`);
  console.log(tallyLine(tally));
  return tally.failed.length === 0 && tally.passed > 0 ? 0 : 1;
}

async function runAll({ kinds, filters }: TestOptions): Promise<Tally> {
  const tallies: Tally[] = [];
  if (kinds.has('unit')) tallies.push(await runVitest('unit', filters));
  if (kinds.has('compose')) tallies.push(await orFailure('docker compose', () => runCompose(filters)));
  if (!kinds.has('integration') && !kinds.has('e2e')) return addTallies(tallies);
  const kafka = await timed('a broker', () => provideSharedBroker(log));
  log(process.env.NO_BROKER_REASON ?? `broker: ${process.env.TEST_KAFKA_BROKERS}`);
  try {
    if (kinds.has('integration')) tallies.push(await runVitest('integration', filters));
    if (kinds.has('e2e')) tallies.push(await orFailure('browser tests', () => runE2e(filters)));
  } finally {
    await kafka?.stop();
  }
  return addTallies(tallies);
}

/** They have a broker of their own, and where there is no Docker they say so themselves. */
async function runCompose(filters: readonly string[]): Promise<Tally> {
  if ((await dockerObstacle()) === undefined) await timed('Chromium', () => findOrInstallChromium(log));
  return runVitest('compose', filters);
}

async function runE2e(filters: readonly string[]): Promise<Tally> {
  const chromium = await timed('Chromium', () => findOrInstallChromium(log));
  log(`browser: ${chromium}`);
  const given = process.env.BASE_URL;
  if (given) return runPlaywright(given, filters);
  await timed('the production build', () => build(log));
  const stack = await timed('the server', () => startE2eStack(log));
  return runPlaywright(stack.baseUrl, filters).finally(stack.stop);
}

/** What cannot even be prepared is a failure of the run, told at its end like any other. */
async function orFailure(name: string, run: () => Promise<Tally>): Promise<Tally> {
  try {
    return await run();
  } catch (error) {
    return { ...EMPTY_TALLY, failed: [`${name}: ${(error as Error).message}`] };
  }
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAtMs = Date.now();
  const value = await work();
  log(`${what}: ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
  return value;
}
