import { describe, expect, test } from 'vitest';
import { addTallies, tallyLine, tallyPlaywright, tallyVitest } from '#scripts/testing/reports.ts';

const results = (...statuses: string[]) =>
  statuses.map((status, index) => ({ fullName: `${status} ${index}`, status }));

describe('the tally of a test run', () => {
  test('counts what vitest reports and names what failed or was skipped', () => {
    const testResults = [
      { name: 'a.test.ts', status: 'failed', assertionResults: results('passed', 'failed', 'skipped') },
      { name: 'b.test.ts', status: 'passed', assertionResults: results('passed', 'pending', 'todo') },
    ];
    expect(tallyVitest({ testResults })).toEqual({
      passed: 2,
      failed: ['failed 1'],
      skipped: ['skipped 2', 'pending 1', 'todo 2'],
    });
  });

  test('counts a file that could not be loaded as a failure', () => {
    const testResults = [{ name: 'c.test.ts', status: 'failed', assertionResults: [] }];
    expect(tallyVitest({ testResults }).failed).toEqual(['c.test.ts']);
  });

  test('counts what Playwright reports, with the reason of a skip, and a flaky test as failed', () => {
    const one = (status: string, description?: string) => ({
      projectName: 'webkit',
      status,
      annotations: description === undefined ? [] : [{ type: 'skip', description }],
    });
    const specs = [
      { title: 'live', tests: [one('expected'), one('flaky'), one('unexpected'), one('skipped', 'not installed')] },
    ];
    const report = { errors: [], suites: [{ title: 'a.spec.ts', specs: [], suites: [{ title: 'page', specs }] }] };
    const name = '[webkit] a.spec.ts > page > live';
    expect(tallyPlaywright(report)).toEqual({
      passed: 1,
      failed: [name, name],
      skipped: [`${name} [skipped: not installed]`],
    });
  });

  test('counts an error outside of any test', () => {
    const report = { errors: [{ message: 'No tests found\nat all' }], suites: [] };
    expect(tallyPlaywright(report).failed).toEqual(['Playwright: No tests found']);
  });

  test('closes with one line', () => {
    const some = { passed: 3, failed: ['x'], skipped: [] };
    expect(tallyLine(some)).toBe('3 passed, 1 failed');
    expect(tallyLine(addTallies([some, { passed: 1, failed: [], skipped: ['y'] }]))).toBe(
      '4 passed, 1 failed, 1 skipped',
    );
  });
});
