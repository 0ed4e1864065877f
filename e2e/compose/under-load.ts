import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { WATCHDOG_PINGS } from '#lib/protocol/constants.ts';
import { waitUntil } from '#scripts/process/wait-until.ts';
import { castOf } from '../chaos/cast.ts';
import { Client } from '../chaos/client.ts';
import { Load } from '../chaos/load.ts';
import { seededRandom } from '../chaos/random.ts';
import { untilReady, untilSettled } from '../chaos/run-chaos.ts';
import { readStored } from '../chaos/stored-records.ts';
import { dueOf, faultText, isClean, verdictOf } from '../chaos/verdict.ts';
import type { Cluster } from './cluster.ts';

const TOPIC = 'orders';
const CLIENTS = 20;
const RATE_PER_SECOND = 100;
const PING_MS = 5_000;
/** Before and after what happens, so that something is due on both sides of it. */
const LEAST_RECORDS = 200;

/** What a run has come to. */
export interface LoadResult {
  readonly stored: number;
  readonly due: number;
  readonly connections: number;
}

/**
 * Lets something happen while clients with cursors read what is produced, and then compares what each was given with
 * what Kafka holds. The cluster's own producer stands still meanwhile, so that the end of the topic can be read.
 */
export async function nothingIsLostWhile(cluster: Cluster, happen: () => Promise<void>): Promise<LoadResult> {
  const seed = randomUUID();
  const { ours, feedIds } = castOf(CLIENTS);
  const isPod = (name: string): boolean => /^[0-9a-f]{12}$/.test(name);
  const expected = { topic: TOPIC, isPod, pingMs: PING_MS, watchdogMs: PING_MS * WATCHDOG_PINGS };
  await cluster.compose(['stop', 'producer']);
  const load = new Load({ brokers: cluster.brokers, topic: TOPIC, feedIds, ratePerSecond: RATE_PER_SECOND, seed });
  const clients = ours.map(
    (spec) => new Client({ spec, baseUrl: cluster.url, expected, random: seededRandom(`${seed} ${spec.name}`) }),
  );
  const ending = new AbortController();
  const produced = async (count: number): Promise<void> => {
    const isThere = async () => (load.confirmed >= count ? true : undefined);
    await waitUntil(`${count} records`, isThere, { timeoutMs: 60_000 });
  };
  try {
    await load.connect();
    await untilReady(clients, ending.signal);
    const loading = load.run(ending.signal);
    await produced(LEAST_RECORDS);
    await happen();
    await produced(load.confirmed + LEAST_RECORDS);
    ending.abort();
    await loading;
    const stored = await readStored(cluster.brokers, TOPIC);
    await untilSettled(clients, (client) => dueOf(client, stored).length, AbortSignal.timeout(120_000));
    const verdicts = clients.map((client) => verdictOf(client, stored));
    expect(verdicts.filter((verdict) => !isClean(verdict)).map(faultText)).toEqual([]);
    const due = verdicts.reduce((sum, verdict) => sum + verdict.expected.length, 0);
    const connections = clients.reduce((sum, { visits }) => sum + visits, 0);
    return { stored: load.confirmed, due, connections };
  } finally {
    ending.abort();
    for (const client of clients) client.stop();
    await load.close();
    await cluster.compose(['start', 'producer']);
  }
}
