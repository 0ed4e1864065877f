import { randomUUID } from 'node:crypto';
import { ensureTopic, withAdmin } from '#scripts/kafka/admin.ts';
import type { Driver } from './driver-client.ts';
import type { Peer, RunningPeer } from './peer.ts';
import { type Outcome, RunFailed, type Workload } from './workload.ts';

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
    return await workload.run({ peer, running, driver, seconds, log });
  } catch (error) {
    // A server that falls over under load is a result; anything else that goes wrong is said in the same place.
    return { failure: error instanceof RunFailed ? error.message : String(error) };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function ways(running: RunningPeer, { ids }: Workload) {
  const urls = ids.map((id) => [id, running.publishUrl?.(id)] as const);
  const publishUrls = Object.fromEntries(urls.filter((each): each is [string, string] => each[1] !== undefined));
  return { publishUrls, publishHeaders: running.publishHeaders ?? {} };
}
