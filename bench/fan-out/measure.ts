import { type BoutResult, runBout } from './bout.ts';
import type { Curve } from './curves.ts';
import type { Driver } from './driver-client.ts';
import type { Peer } from './peer.ts';
import { minimalNode } from './peers/minimal-node.ts';
import type { CurveResult, WorkloadResult } from './results.ts';
import type { Workload } from './workload.ts';
import { steady } from './workloads/steady.ts';

export interface Stage {
  readonly brokers: readonly string[];
  readonly driver: Driver;
  readonly servers: readonly Peer[];
  readonly seconds: number | undefined;
  readonly log: (line: string) => void;
}

/** A broker that has just started takes its time for everything: the first server would be the one that pays. */
const BROKER_WARM_UP = steady({ name: 'warm-up', connections: 100, feeds: 100, perSecond: 1000 });

/** Not counted. */
export async function warmUpBroker({ brokers, driver, seconds, log }: Stage): Promise<void> {
  log('Warming up the broker');
  const result = await runBout({ workload: BROKER_WARM_UP, peer: minimalNode, brokers, driver, seconds, log });
  if ('failure' in result) throw new Error(`The broker could not be warmed up: ${result.failure}`);
}

/**
 * Every server once in every workload, and then again: what disturbs the machine for a while disturbs all of them. Each
 * run begins with another server.
 */
export async function measureWorkloads(
  workloads: readonly Workload[],
  runs: number,
  stage: Stage,
): Promise<WorkloadResult[]> {
  const tables = workloads.map((workload) => ({
    workload,
    rows: stage.servers.filter(workload.suits).map((peer) => ({ peer, runs: [] as BoutResult[] })),
  }));
  for (let run = 1; run <= runs; run += 1) {
    for (const { workload, rows } of tables) {
      const first = (run - 1) % Math.max(1, rows.length);
      for (const row of [...rows.slice(first), ...rows.slice(0, first)]) {
        row.runs.push(await oneBout(workload, row.peer, stage, `run ${run}/${runs} `));
      }
    }
  }
  return tables.map(({ workload: { name, title, figures }, rows }) => ({
    workload: { name, title, figures },
    servers: rows.map(({ peer, runs: results }) => ({ name: peer.name, fedBy: peer.fedBy, runs: results })),
  }));
}

/** Every point once, of one server after the other. */
export async function measureCurves(curves: readonly Curve[], stage: Stage): Promise<CurveResult[]> {
  const results: CurveResult[] = [];
  for (const { name, grows, figure, points } of curves) {
    const measured = [];
    for (const { at, workload } of points) {
      const servers: Record<string, BoutResult> = {};
      for (const peer of stage.servers.filter(workload.suits)) {
        servers[peer.name] = await oneBout(workload, peer, stage, '');
      }
      measured.push({ at, servers });
    }
    results.push({ name, grows, figure, points: measured });
  }
  return results;
}

async function oneBout(workload: Workload, peer: Peer, stage: Stage, prefix: string): Promise<BoutResult> {
  const { brokers, driver, seconds, log } = stage;
  const result = await runBout({ workload, peer, brokers, driver, seconds, log });
  log(`${prefix}${workload.name} ${peer.name}: ${inWords(result)}`);
  return result;
}

function inWords(result: BoutResult): string {
  if ('failure' in result) return `FAILED: ${result.failure}`;
  const figures = Object.entries(result.figures);
  return figures.map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`).join(', ');
}
