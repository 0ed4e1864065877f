import { join } from 'node:path';
import { ROOT } from '#scripts/process/root.ts';
import { type PlaywrightReport, type Tally, tallyPlaywright } from '#scripts/testing/reports.ts';
import { runRunner } from '#scripts/testing/run-runner.ts';

const CLI = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');

/** Runs the browser tests against the server at `baseUrl`. */
export function runPlaywright(baseUrl: string, filters: readonly string[]): Promise<Tally> {
  const jsonFile = join(ROOT, '.cache', 'test', 'e2e.json');
  return runRunner<PlaywrightReport>({
    name: 'Playwright',
    args: [CLI, 'test', ...filters],
    env: { BASE_URL: baseUrl, E2E_JSON_FILE: jsonFile },
    jsonFile,
    tally: tallyPlaywright,
  });
}
