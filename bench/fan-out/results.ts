import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '#scripts/process/root.ts';
import type { BoutResult } from './bout.ts';
import type { machine } from './machine.ts';
import type { Peer } from './peer.ts';
import { curveTableOf, markdownOf, type Table, tableOf } from './report.ts';
import type { FigureSpec, Workload } from './workload.ts';
import { WORKLOADS } from './workloads.ts';

/** What came of one workload: of each server its runs, in their order. */
export interface WorkloadResult {
  readonly workload: Pick<Workload, 'name' | 'title' | 'figures'>;
  readonly servers: readonly ServerResult[];
}

export interface ServerResult {
  readonly name: string;
  readonly fedBy: Peer['fedBy'];
  readonly runs: readonly BoutResult[];
}

export interface CurveResult {
  readonly name: string;
  readonly grows: string;
  readonly figure: FigureSpec;
  readonly points: readonly { readonly at: number; readonly servers: Readonly<Record<string, BoutResult>> }[];
}

/** All that a run of the benchmark has measured, and where: the JSON file. */
export interface BenchResults {
  readonly startedAt: string;
  readonly machine: ReturnType<typeof machine>;
  readonly options: { readonly runs: number; readonly seconds: number | undefined; readonly reference: string };
  readonly workloads: readonly WorkloadResult[];
  readonly curves: readonly CurveResult[];
}

/** @returns the file, in bench/results where no other one is given */
export async function saveResults(results: BenchResults, file?: string): Promise<string> {
  const name = `${setName(results)}-${results.startedAt.slice(0, 10)}.json`;
  const path = file ?? join(ROOT, 'bench', 'results', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}

function setName({ workloads, curves }: BenchResults): string {
  if (curves.length > 0) return 'curves';
  if (workloads.length === WORKLOADS.length) return 'all';
  return workloads.map(({ workload }) => workload.name).join('+');
}

export async function readResults(file: string): Promise<BenchResults> {
  return JSON.parse(await readFile(file, 'utf8')) as BenchResults;
}

export function sayResults(results: BenchResults, { isMarkdown }: { isMarkdown: boolean }): void {
  const { workloads, curves, options } = results;
  const say = (title: string, table: Table): void => {
    if (isMarkdown) console.log(`**${title}**\n\n${markdownOf(table)}\n`);
    else console.log(`\n${title}\n${linesOf(table)}`);
  };
  console.log(`\n${circumstances(results)}${isMarkdown ? '\n' : ''}`);
  for (const result of workloads) {
    const { name, title } = result.workload;
    say(`${name}: ${title}`, tableOf(result, options.reference));
  }
  for (const curve of curves) say(`${curve.name}: ${curve.figure.label}, by ${curve.grows}`, curveTableOf(curve));
}

function circumstances({ startedAt, machine: on, options: { runs, seconds } }: BenchResults): string {
  const where = `${on.cpu}, ${on.cores} cores, Linux ${on.kernel}, Node ${on.node}`;
  const load = `load average before ${on.loadAverageBefore?.toFixed(2)}`;
  const length = seconds === undefined ? '' : `; loads of ${seconds} s`;
  return `${startedAt.slice(0, 10)}: ${where}, ${load}; runs: ${runs}${length}`;
}

/** In columns that a terminal can show. */
function linesOf(table: Table): string {
  const columns = Object.keys(table[0] ?? {});
  const rows = [columns, ...table.map((row) => columns.map((column) => row[column] ?? ''))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')).join('\n');
}
