import { type BoutResult, runBout } from './bout.ts';
import type { Curve } from './curves.ts';
import type { Driver } from './driver-client.ts';
import type { Peer } from './peer.ts';
import type { CurveResult, WorkloadResult } from './results.ts';
import type { Workload } from './workload.ts';

export interface Stage {
  readonly brokers: readonly string[];
  readonly driver: Driver;
  readonly servers: readonly Peer[];
  readonly seconds: number | undefined;
  readonly log: (line: string) => void;
}

/** Every server once in every workload, and then again: what disturbs the machine for a while disturbs all of them. */
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
      for (const row of rows) row.runs.push(await oneBout(workload, row.peer, stage, `run ${run}/${runs} `));
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
