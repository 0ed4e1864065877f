import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { startPart } from '#scripts/process/part.ts';
import { ROOT } from '#scripts/process/root.ts';
import { addTallies, EMPTY_TALLY, type Tally } from '#scripts/testing/reports.ts';

export interface Runner<Report> {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it writes its report. */
  readonly jsonFile: string;
  readonly tally: (report: Report) => Tally;
}

/**
 * Runs a test runner and counts its report. A runner that breaks, writes no report, or has no test counts as a failure:
 * a run must never look good because nothing ran.
 */
export async function runRunner<Report>({ name, args, env, jsonFile, tally }: Runner<Report>): Promise<Tally> {
  await rm(jsonFile, { force: true });
  const part = await startPart({ name, command: process.execPath, args, cwd: ROOT, env, onLine: console.log });
  const exit = await part.exited;
  if (!existsSync(jsonFile)) return broken(`${name} wrote no report (${exit.reason})`);
  const counted = tally(JSON.parse(await readFile(jsonFile, 'utf8')));
  if (counted.failed.length > 0) return counted;
  if (exit.code !== 0) return addTallies([counted, broken(`${name} ended with ${exit.reason}, though no test failed`)]);
  if (counted.passed + counted.skipped.length === 0) return broken(`${name} ran no test`);
  return counted;
}

function broken(reason: string): Tally {
  return { ...EMPTY_TALLY, failed: [reason] };
}
