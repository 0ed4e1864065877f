import { describe, expect, test } from 'vitest';
import { QUICK_END_MS, QUICK_ENDS_MAX, RestartBudget } from '#scripts/demo/restart-budget.ts';

describe('the restarts of a pod', () => {
  test('are without limit where it is of use between them', () => {
    const budget = new RestartBudget();
    for (let count = 0; count < 100; count += 1) expect(budget.mayRestart(QUICK_END_MS)).toBe(true);
  });

  test('are over after some quick ends in a row', () => {
    const budget = new RestartBudget();
    for (let count = 1; count < QUICK_ENDS_MAX; count += 1) expect(budget.mayRestart(QUICK_END_MS - 1)).toBe(true);
    expect(budget.mayRestart(QUICK_END_MS - 1)).toBe(false);
  });

  test('begin to be counted anew after a longer time of use', () => {
    const budget = new RestartBudget();
    for (let count = 1; count < QUICK_ENDS_MAX; count += 1) budget.mayRestart(0);
    expect(budget.mayRestart(QUICK_END_MS)).toBe(true);
    expect(budget.mayRestart(0)).toBe(true);
  });
});
