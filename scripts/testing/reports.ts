/** What a runner's report comes to. */
export interface Tally {
  readonly passed: number;
  /** Names of the tests that failed, and of files or runs that broke. */
  readonly failed: readonly string[];
  /** Names of the tests that were skipped, with the reason. */
  readonly skipped: readonly string[];
}

export const EMPTY_TALLY: Tally = { passed: 0, failed: [], skipped: [] };

export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.flatMap(({ failed }) => failed),
    skipped: tallies.flatMap(({ skipped }) => skipped),
  };
}

/** The closing line of a test run. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  const skippedPart = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  return `${passed} passed, ${failed.length} failed${skippedPart}`;
}

/** As much of vitest's JSON report as is counted. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Skipped tests carry their reason in their names: see `test-broker.ts`. */
export function tallyVitest(report: VitestReport): Tally {
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  // A file that could not be loaded has failed without a test of its own.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const named = (isWanted: (status: string) => boolean) =>
    tests.filter(({ status }) => isWanted(status)).map(({ fullName }) => fullName);
  return {
    passed: named((status) => status === 'passed').length,
    failed: [...named((status) => status === 'failed'), ...brokenFiles.map(({ name }) => name)],
    skipped: named((status) => status !== 'passed' && status !== 'failed'),
  };
}

/** As much of Playwright's JSON report as is counted. */
export interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
  readonly errors: readonly { readonly message?: string }[];
}

export interface PlaywrightSuite {
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly {
      readonly projectName: string;
      readonly status: string;
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    }[];
  }[];
}

export function tallyPlaywright(report: PlaywrightReport): Tally {
  const broken = report.errors.map(
    ({ message }) => `Playwright: ${message?.split('\n')[0] ?? 'an error without a message'}`,
  );
  return addTallies([...report.suites.map((suite) => tallySuite(suite, '')), { ...EMPTY_TALLY, failed: broken }]);
}

function tallySuite(suite: PlaywrightSuite, path: string): Tally {
  const here = `${path}${suite.title} > `;
  const inner = (suite.suites ?? []).map((child) => tallySuite(child, here));
  const own = suite.specs.flatMap(({ title, tests }) => tests.map((test) => tallyTest(test, `${here}${title}`)));
  return addTallies([...inner, ...own]);
}

function tallyTest(test: PlaywrightSuite['specs'][number]['tests'][number], path: string): Tally {
  const name = `[${test.projectName}] ${path}`;
  if (test.status === 'expected') return { ...EMPTY_TALLY, passed: 1 };
  if (test.status !== 'skipped') return { ...EMPTY_TALLY, failed: [name] };
  const reason =
    test.annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? 'no reason given';
  return { ...EMPTY_TALLY, skipped: [`${name} [skipped: ${reason}]`] };
}
