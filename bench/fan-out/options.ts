import { parseArgs } from 'node:util';
import { CURVES, type Curve } from './curves.ts';
import type { Peer } from './peer.ts';
import { PEERS, peerNamed } from './peers.ts';
import type { Workload } from './workload.ts';
import { WORKLOADS, workloadNamed } from './workloads.ts';

export interface BenchOptions {
  readonly workloads: readonly Workload[];
  readonly curves: readonly Curve[];
  readonly servers: readonly Peer[];
  readonly runs: number;
  /** How long each measured load lasts; undefined is the workload's own length. */
  readonly seconds: number | undefined;
  /** The server that ratios are to. */
  readonly reference: string;
  /** Where the results go; undefined is a name of their own in bench/results. */
  readonly json: string | undefined;
  /** Results that are there already: they are only told, as tables for a document. */
  readonly markdownOf: string | undefined;
}

const CURVE_SERVERS = ['feedline', 'minimal-node'];

/** @throws Error that says what an option takes */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workloads: { type: 'string' },
      curves: { type: 'string' },
      servers: { type: 'string' },
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string' },
      reference: { type: 'string', default: 'minimal-node' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  });
  const { curves, workloads, servers, reference, json, markdown } = values;
  if (curves !== undefined && workloads !== undefined) throw new Error('Give --workloads or --curves, not both.');
  const runs = Number(values.runs);
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (!(Number.isInteger(runs) && runs >= 1 && runs <= 20)) throw new Error('--runs takes 1 to 20.');
  if (seconds !== undefined && !(seconds >= 1 && seconds <= 120)) throw new Error('--seconds takes 1 to 120.');
  return {
    workloads: curves === undefined ? (workloads?.split(',').map(workloadNamed) ?? WORKLOADS) : [],
    curves: curves === undefined ? [] : curvesNamed(curves),
    servers: servers?.split(',').map(peerNamed) ?? defaultServers(curves !== undefined),
    runs,
    seconds,
    reference: peerNamed(reference).name,
    json,
    markdownOf: markdown,
  };
}

function defaultServers(isCurves: boolean): readonly Peer[] {
  return isCurves ? CURVE_SERVERS.map(peerNamed) : PEERS.filter((peer) => !peer.isOnRequest);
}

function curvesNamed(names: string): readonly Curve[] {
  if (names === 'all') return CURVES;
  return names.split(',').map((name) => {
    const curve = CURVES.find((each) => each.name === name);
    if (curve !== undefined) return curve;
    throw new Error(`--curves takes all, or some of ${CURVES.map((each) => each.name).join(', ')}.`);
  });
}
