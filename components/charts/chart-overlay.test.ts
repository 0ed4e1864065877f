import { expect, test } from 'vitest';
import { spread } from './chart-overlay.ts';

test('labels that have room stand where they want to', () => {
  expect(spread([100, 20, 60], 15, 0, 200)).toEqual([100, 20, 60]);
});

test('labels that want the same place stand below each other, in their order', () => {
  expect(spread([50, 50, 55], 15, 0, 200)).toEqual([50, 65, 80]);
});

test('at the foot they move up instead, and none leaves the plot', () => {
  expect(spread([195, 199, 20, 198], 15, 0, 200)).toEqual([170, 200, 20, 185]);
  expect(spread([-9, 300], 15, 0, 200)).toEqual([0, 200]);
});
