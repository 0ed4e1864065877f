import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import open from 'open';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';
import { startBalancer } from '#scripts/balancer/balancer.ts';
import { abilitiesOf, FaultDoer } from '#scripts/demo/fault-doer.ts';
import { DEMO_HELP, type DemoOptions, parseDemoOptions } from '#scripts/demo/options.ts';
import { podCount } from '#scripts/demo/pod-count.ts';
import { startPods } from '#scripts/demo/pods.ts';
import { Running } from '#scripts/demo/running.ts';
import { startRecordLog } from '#scripts/demo/start-record-log.ts';
import { step } from '#scripts/demo/steps.ts';
import { killEveryPart, type Part, startPart } from '#scripts/process/part.ts';
import { nextFreePort } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';
import { untilShutdown } from '#scripts/process/until-shutdown.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { parseProduceOptions } from '#scripts/producer/options.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { ONE_ADDRESS } from '#scripts/server/one-address.ts';

const FIRST_EVENT_TIMEOUT_MS = 30_000;
/** Taking away a container that was just being started is the longest of it. */
const CLEAN_UP_MS = 15_000;

/** Runs the demo until it is ended. @returns the exit code */
export async function main(): Promise<number> {
  try {
    const options = parseDemoOptions(process.argv.slice(2), process.env);
    if (options === 'help') {
      console.log(DEMO_HELP);
      return 0;
    }
    parseProduceOptions(['--rate', options.rate, '--feeds', options.feeds], '127.0.0.1:9092');
    return await runUntilEnd(options);
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

async function runUntilEnd(options: DemoOptions): Promise<number> {
  const running = new Running();
  const { signal } = untilShutdown(() => void running.killAll().finally(() => process.exit(130)));
  const asked = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
  const starting = startAll(options, running, signal);
  const failure = starting.then(
    () => running.crashed,
    (error: Error) => error.message,
  );
  const reason = await Promise.race([asked, running.crashed, failure]);
  if (reason !== undefined) console.error(`\nThe demo cannot go on. ${reason}`);
  console.log('\nEnding: producer, balancer, pods, record log');
  await running.stopAll();
  // What was just being started is not a running part yet; without it, its start fails and cleans up.
  await killEveryPart();
  await Promise.race([starting.catch(() => undefined), delay(CLEAN_UP_MS)]);
  console.log('Everything has ended.');
  return reason === undefined ? 0 : 1;
}

async function startAll(options: DemoOptions, running: Running, signal: AbortSignal): Promise<void> {
  const startedAtMs = Date.now();
  const recordLog = await step('Record log', async (log) => {
    const value = await startRecordLog(options, signal, log);
    running.add({ name: 'record log', ...value });
    return { outcome: value.outcome, value };
  });
  signal.throwIfAborted();
  await step('Build', buildIfNeeded);
  signal.throwIfAborted();
  const pods = await step('Server', async () => {
    const { count, why } = podCount(options.pods, recordLog.isShared);
    const abilities = abilitiesOf(recordLog).join(',');
    const demo = { DEMO: '1', DEMO_ABILITIES: abilities, CORS_ORIGINS: '*', ...ONE_ADDRESS };
    const value = await startPods(count, { ...recordLog.serverEnv, ...demo }, recordLog.podSuffix);
    running.add(value);
    await value.untilReady();
    const what = `${count} ${count === 1 ? 'pod' : 'pods'} (${why}): ${value.places().join(', ')}`;
    return { outcome: `${what}; logs: ${value.logs}`, value };
  });
  signal.throwIfAborted();
  const baseUrl = await step('Balancer', async () => {
    const port = await nextFreePort(options.port);
    const balancer = await startBalancer({ port, pods: pods.readyUrls });
    running.add({ name: 'balancer', exited: new Promise(() => undefined), stop: balancer.stop, kill: balancer.stop });
    const why = port === options.port ? '' : `, since port ${options.port} is taken`;
    return { outcome: `on ${balancer.url}${why}: each request to the next pod`, value: balancer.url };
  });
  signal.throwIfAborted();
  await step('Producer', async () => {
    const args = [...recordLog.producerArgs(baseUrl), '--rate', options.rate, '--feeds', options.feeds, '--race'];
    running.add(ofPart(await startProducer(args)));
    await untilFirstEvent(baseUrl);
    const orders = `${options.rate} records/s over ${options.feeds} IDs from 1234`;
    const race = `the race's feeds (${Object.values(RACE_FEEDS).join(', ')})`;
    return { outcome: `${orders}, and ${race}; the first event has come through`, value: undefined };
  });
  signal.throwIfAborted();
  if (abilitiesOf(recordLog).length > 0) {
    const doer = new FaultDoer({ baseUrl, pods, broker: recordLog.broker, log: console.log });
    running.add({ name: 'doer of faults', exited: new Promise(() => undefined), stop: doer.stop, kill: doer.stop });
  }
  if (options.isOpening) await step('Browser', () => openBrowser(baseUrl));
  console.log(`\nUp in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s. Ctrl-C ends everything.\n${baseUrl}`);
}

async function buildIfNeeded(log: (line: string) => void) {
  if (isBuildFresh()) return { outcome: 'not needed: newer than every source file', value: undefined };
  await build(log);
  return { outcome: 'made: there was none, or a source file is newer', value: undefined };
}

function startProducer(args: readonly string[]): Promise<Part> {
  const command = process.execPath;
  const script = join(ROOT, 'scripts', 'produce.ts');
  const onLine = (line: string) => {
    // Its first and last lines say what the demo says itself; outages are news.
    if (/away|back after|failed|stand still/.test(line)) console.log(line);
  };
  return startPart({ name: 'producer', command, args: ['--import', 'tsx', script, ...args], cwd: ROOT, onLine });
}

function ofPart(part: Part) {
  const exited = part.exited.then(({ reason }) => `${reason}\n${part.lastLines().join('\n')}`);
  return { name: part.name, exited, stop: part.stop, kill: part.kill };
}

async function untilFirstEvent(baseUrl: string): Promise<void> {
  const ask = async () => {
    const response = await fetch(`${baseUrl}/api/feeds`).catch(() => undefined);
    if (response?.ok !== true) return undefined;
    const { feeds } = (await response.json()) as { readonly feeds: readonly unknown[] };
    return feeds.length > 0 ? true : undefined;
  };
  await waitUntil('The first event', ask, { timeoutMs: FIRST_EVENT_TIMEOUT_MS, intervalMs: 50 });
}

async function openBrowser(url: string) {
  try {
    const opener = await open(url);
    // On a machine without a screen the opener fails later, in its own process: that must not end the demo.
    opener.on('error', () => console.log(`No browser could be opened: open ${url} yourself.`));
    return { outcome: 'opened', value: undefined };
  } catch (error) {
    return { outcome: `could not be opened (${(error as Error).message}): open the URL yourself`, value: undefined };
  }
}
