import type { Workload } from './workload.ts';
import { idle } from './workloads/idle.ts';
import { open } from './workloads/open.ts';
import { saturation } from './workloads/saturation.ts';
import { steady } from './workloads/steady.ts';
import { unwatched } from './workloads/unwatched.ts';

/** In the order in which they are run. */
export const WORKLOADS: readonly Workload[] = [
  steady({ name: 'broadcast', connections: 1000, feeds: 1, perSecond: 100 }),
  steady({ name: 'spread', connections: 1000, feeds: 1000, perSecond: 2000 }),
  steady({ name: 'latency', connections: 1000, feeds: 1000, perSecond: 1000, isForLatency: true }),
  idle,
  open,
  saturation,
  unwatched,
];

export function workloadNamed(name: string): Workload {
  const workload = WORKLOADS.find((each) => each.name === name);
  if (workload !== undefined) return workload;
  throw new Error(`There is no workload "${name}": there are ${WORKLOADS.map((each) => each.name).join(', ')}.`);
}
