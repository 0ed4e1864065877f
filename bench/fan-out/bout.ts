import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import type { Driver } from './driver-client.ts';
import type { Peer, RunningPeer } from './peer.ts';
import { type Outcome, RunFailed, type Workload } from './workload.ts';

/** Several times what the longest workload takes. */
const LONGEST_MS = 600_000;

export interface BoutOptions {
  readonly workload: Workload;
  readonly peer: Peer;
  readonly brokers: readonly string[];
  readonly driver: Driver;
  readonly seconds: number | undefined;
  readonly log: (line: string) => void;
}

/** What came of one server in one workload, once. */
export type BoutResult = Outcome | { readonly failure: string };

/** Starts the server anew on a topic of its own, runs the workload, and ends it again. */
export async function runBout(options: BoutOptions): Promise<BoutResult> {
  const { workload, peer, brokers, driver, seconds, log } = options;
  const topic = `bench-${randomUUID()}`;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    await ensureTopic(brokers, { topic });
    undo.push(() => withAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic] })));
    const running = await peer.start({ brokers, topic, log, undo });
    undo.push(() => driver.leave());
    await driver.aim({
      peer: peer.name,
      brokers,
      topic,
      payloadBytes: workload.payloadBytes,
      ...ways(running, workload),
    });
    return await inTime(workload.run({ peer, running, driver, seconds, log }));
  } catch (error) {
    // A server that falls over under load is a result; anything else that goes wrong is said in the same place.
    return { failure: error instanceof RunFailed ? error.message : String(error) };
  } finally {
    // What cannot be cleared away must not take the results of all other runs along.
    for (const step of undo.reverse()) await step().catch((error: Error) => log(`  clearing away: ${error.message}`));
  }
}

/** A server that answers nothing any more is a failure, not the end of the benchmark. */
async function inTime(work: Promise<Outcome>): Promise<Outcome> {
  const isDone = new AbortController();
  const tooLong = delay(LONGEST_MS, undefined, { signal: isDone.signal }).then(() => {
    throw new RunFailed(`it was not over after ${LONGEST_MS / 1000} s`);
  });
  return Promise.race([work, tooLong]).finally(() => {
    tooLong.catch(() => undefined);
    isDone.abort();
  });
}

function ways(running: RunningPeer, { ids }: Workload) {
  const urls = ids.map((id) => [id, running.publishUrl?.(id)] as const);
  const publishUrls = Object.fromEntries(urls.filter((each): each is [string, string] => each[1] !== undefined));
  return { publishUrls, publishHeaders: running.publishHeaders ?? {} };
}
