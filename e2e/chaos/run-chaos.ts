import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { castOf } from './cast.ts';
import { Client } from './client.ts';
import { type Damage, Disasters } from './disasters.ts';
import { Load } from './load.ts';
import type { ChaosOptions } from './options.ts';
import { seededRandom } from './random.ts';
import { planChaos } from './schedule.ts';
import { type Stack, withStack } from './stack.ts';
import { readStored } from './stored-records.ts';
import { type ClientVerdict, dueOf, verdictOf } from './verdict.ts';

/** Everything that a run has come to. */
export interface ChaosResult extends Damage {
  /** Records that the log holds. */
  readonly produced: number;
  /** Connections that were cut in the middle of something, mute ones included. */
  readonly cuts: number;
  /** Connections in all. */
  readonly visits: number;
  readonly verdicts: readonly ClientVerdict[];
}

export interface ChaosRun {
  readonly options: ChaosOptions;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const OPEN_TIMEOUT_MS = 30_000;
const PROGRESS_MS = 5_000;
/** Without anything new for this long, nothing will come any more. */
const STUCK_MS = 30_000;
/** What comes twice may come late. */
const QUIET_MS = 1_000;

/** The whole run: starts everything, lets it happen, waits for what is due, and compares. @throws when it is aborted */
export function runChaos(run: ChaosRun): Promise<ChaosResult> {
  const { isStock } = run.options;
  return withStack({ isStock, log: run.log }, (stack) => runOn(stack, run));
}

async function runOn(stack: Stack, { options, signal, log }: ChaosRun): Promise<ChaosResult> {
  const { seed, seconds, ratePerSecond, cutsPerSecond, targets } = options;
  const { network, expected, topic } = stack;
  const cast = castOf(options.clients);
  const open = (spec: (typeof cast.ours)[number]): Client =>
    new Client({ spec, baseUrl: network.url, expected, random: seededRandom(`${seed} ${spec.name}`) });
  const ours = cast.ours.map(open);
  const everyone = [...ours, ...cast.articles.map(open)];
  const load = new Load({ brokers: stack.kafka.brokers, topic, feedIds: cast.feedIds, ratePerSecond, seed });
  try {
    await load.connect();
    await untilReady(everyone, signal);
    const ending = new AbortController();
    const loading = load.run(AbortSignal.any([signal, ending.signal]));
    const plan = planChaos({ seed, seconds, cutsPerSecond, cast, targets });
    const disasters = new Disasters(plan, { stack, ours, load, signal }, everyone);
    const told = tellProgress(log, () => progressOf(load, ours, disasters));
    const damage = await disasters.run(seconds * 1000).finally(() => clearInterval(told));
    ending.abort();
    await loading;
    for (const client of everyone) client.wake();
    const stored = await readStored(stack.kafka.brokers, topic);
    log(`${stored.length} records are stored; waiting until every client has what is due`);
    await untilSettled(ours, (client) => dueOf(client, stored).length, signal);
    const cuts = everyone.reduce((sum, { ownCuts }) => sum + ownCuts, network.cuts) + damage.mutes;
    const visits = everyone.reduce((sum, client) => sum + client.visits, 0);
    return {
      ...damage,
      produced: stored.length,
      cuts,
      visits,
      verdicts: everyone.map((one) => verdictOf(one, stored)),
    };
  } finally {
    for (const client of everyone) client.stop();
    await load.close();
  }
}

/** Nothing is produced before everyone has a place to begin at: so all of it is due. */
export async function untilReady(everyone: readonly Client[], signal: AbortSignal): Promise<void> {
  const areReady = async () => (everyone.every(({ isReady }) => isReady) ? true : undefined);
  await waitUntil('Every client being connected', areReady, { timeoutMs: OPEN_TIMEOUT_MS, signal });
}

/** Waits until each client has as much as is due, or nothing new has come for long; then for what must not come. */
export async function untilSettled(
  clients: readonly Client[],
  dueCount: (client: Client) => number,
  signal: AbortSignal,
): Promise<void> {
  const dues = clients.map((client) => ({ client, due: dueCount(client) }));
  const received = (): number => clients.reduce((sum, { inbox }) => sum + inbox.deliveries.length, 0);
  let lastCount = received();
  let lastNewsAtMs = Date.now();
  while (dues.some(({ client, due }) => client.inbox.deliveries.length < due)) {
    signal.throwIfAborted();
    if (Date.now() - lastNewsAtMs > STUCK_MS) return;
    await delay(50);
    if (received() === lastCount) continue;
    lastCount = received();
    lastNewsAtMs = Date.now();
  }
  await delay(QUIET_MS);
}

function tellProgress(log: (line: string) => void, line: () => string): NodeJS.Timeout {
  const startedAtMs = Date.now();
  return setInterval(() => log(`${Math.round((Date.now() - startedAtMs) / 1000)} s: ${line()}`), PROGRESS_MS);
}

function progressOf(load: Load, ours: readonly Client[], disasters: Disasters): string {
  const delivered = ours.reduce((sum, { inbox }) => sum + inbox.deliveries.length, 0);
  const visits = ours.reduce((sum, client) => sum + client.visits, 0);
  return `${load.confirmed} records confirmed, ${delivered} events delivered over ${visits} connections, ${disasters.killsDone} kills`;
}
