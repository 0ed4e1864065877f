import { join } from 'node:path';
import { ROOT } from '#scripts/process/root.ts';
import type { TestKind } from '#scripts/testing/options.ts';
import { type Tally, tallyVitest, type VitestReport } from '#scripts/testing/reports.ts';
import { runRunner } from '#scripts/testing/run-runner.ts';

const CLI = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

/** Runs one of vitest's projects. */
export function runVitest(project: Exclude<TestKind, 'e2e'>, filters: readonly string[]): Promise<Tally> {
  const jsonFile = join(ROOT, '.cache', 'test', `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${jsonFile}`];
  return runRunner<VitestReport>({
    name: `vitest, ${project} tests`,
    args: [CLI, 'run', '--project', project, ...reporters, ...filters],
    env: {},
    jsonFile,
    tally: tallyVitest,
  });
}
