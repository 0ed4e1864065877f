import { expect, test } from 'vitest';
import { auditVerdict } from './audit.mjs';

const report = (counts: object, vulnerabilities: object = {}): string =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: counts } });

test('a hole that is high or critical is bad, and named', () => {
  const found = { a: { name: 'a', severity: 'high' }, b: { name: 'b', severity: 'moderate' } };
  expect(auditVerdict(report({ high: 1, moderate: 1, total: 2 }, found))).toEqual({ state: 'bad', words: 'a (high)' });
  expect(auditVerdict(report({ critical: 1 })).state).toBe('bad');
});

test('lesser holes, and none, are good', () => {
  expect(auditVerdict(report({ moderate: 3, high: 0, critical: 0, total: 3 })).state).toBe('good');
});

test('where the registry does not answer it is said that nothing was checked, which is neither good nor bad', () => {
  const refused = JSON.stringify({
    message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1',
    error: {},
  });
  expect(auditVerdict(refused)).toEqual({
    state: 'not checked',
    words: '405 Method Not Allowed - POST the registry',
  });
  for (const text of ['', 'npm error', '{}']) expect(auditVerdict(text).state).toBe('not checked');
});
