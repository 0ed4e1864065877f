import { parseArgs } from 'node:util';
import type { Peer } from './peer.ts';
import { PEERS, peerNamed } from './peers.ts';
import type { Workload } from './workload.ts';
import { WORKLOADS, workloadNamed } from './workloads.ts';

export interface BenchOptions {
  readonly workloads: readonly Workload[];
  readonly servers: readonly Peer[];
  readonly runs: number;
  /** How long each measured load lasts; undefined is the workload's own length. */
  readonly seconds: number | undefined;
  readonly reference: string;
  /** Where the results go; undefined is a name of their own in bench/results. */
  readonly json: string | undefined;
  readonly isMarkdown: boolean;
}

/** @throws Error that says what an option takes */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workloads: { type: 'string' },
      servers: { type: 'string' },
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string' },
      reference: { type: 'string', default: 'minimal-node' },
      json: { type: 'string' },
      markdown: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (!(Number.isInteger(runs) && runs >= 1 && runs <= 20)) throw new Error('--runs takes 1 to 20.');
  if (seconds !== undefined && !(seconds >= 1 && seconds <= 120)) throw new Error('--seconds takes 1 to 120.');
  return {
    workloads: values.workloads?.split(',').map(workloadNamed) ?? WORKLOADS,
    servers: values.servers?.split(',').map(peerNamed) ?? PEERS.filter((peer) => !peer.isOnRequest),
    runs,
    seconds,
    reference: peerNamed(values.reference).name,
    json: values.json,
    isMarkdown: values.markdown,
  };
}
