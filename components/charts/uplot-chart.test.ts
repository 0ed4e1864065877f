import { expect, test } from 'vitest';
import { joinLines } from './uplot-chart.tsx';

test('a line that was silent stays broken for all that time, also where another line has points meanwhile', () => {
  const silent = { xs: [-30, -18, -6], ys: [5, null, 7] };
  const busy = { xs: [-30, -24, -18, -12, -6], ys: [1, 2, 3, 4, 5] };
  // null breaks a line, undefined is drawn across.
  expect(joinLines([silent, busy])).toEqual([
    [-30, -24, -18, -12, -6],
    [5, null, null, null, 7],
    [1, 2, 3, 4, 5],
  ]);
});

test('a line is drawn across the points of another one', () => {
  expect(
    joinLines([
      { xs: [-4, -2], ys: [5, 7] },
      { xs: [-3], ys: [1] },
    ])[1],
  ).toEqual([5, undefined, 7]);
});
