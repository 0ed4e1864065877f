import { join, relative } from 'node:path';
import { Pod } from '#scripts/demo/pod.ts';
import type { RunningPart } from '#scripts/demo/running.ts';
import { freePort } from '#scripts/process/ports.ts';
import { ROOT } from '#scripts/process/root.ts';

const LOG_DIR = join(ROOT, '.cache', 'demo');

/** The pods of the demo, as one part of it. */
export interface Pods extends RunningPart {
  /** Where each of them is, for people. */
  readonly places: () => readonly string[];
  /** Origins of those that a load balancer should send requests to: a pod that is being started would refuse polls. */
  readonly readyUrls: () => readonly string[];
  /** Where their logs are, for people. */
  readonly logs: string;
  /** @throws Error with its last lines where one ends before it is ready */
  readonly untilReady: () => Promise<void>;
  /** See `Pod.crash`; undefined where none of them is called so. */
  readonly crash: (name: string) => ReturnType<Pod['crash']> | undefined;
}

/**
 * Starts the pods at the same time; they may not be ready yet.
 *
 * @param suffix of their names
 */
export async function startPods(
  count: number,
  env: Readonly<Record<string, string | undefined>>,
  suffix = '',
): Promise<Pods> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  const starting = [...ports].map((port, index) => {
    const name = `pod-${index + 1}${suffix}`;
    const logFile = join(LOG_DIR, `pod-${index + 1}.log`);
    return Pod.start({ name, port, env: { ...env, POD: name }, logFile });
  });
  const pods = await Promise.all(starting);
  const each = (act: (pod: Pod) => Promise<void>) => Promise.all(pods.map(act));
  const names = count === 1 ? 'pod-1.log' : `pod-1.log to pod-${count}.log`;
  return {
    name: 'server',
    places: () => pods.map(({ place }) => place),
    readyUrls: () => pods.filter(({ isReady }) => isReady).map(({ url }) => url),
    logs: `${relative(ROOT, LOG_DIR)}, ${names}`,
    exited: Promise.race(pods.map(({ exited }) => exited)),
    untilReady: async () => void (await each((pod) => pod.untilReady())),
    crash: (name) => pods.find((pod) => pod.name === name)?.crash(),
    stop: () => each((pod) => pod.stop()),
    kill: () => each((pod) => pod.kill()),
  };
}
