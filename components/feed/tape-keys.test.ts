import { expect, test } from 'vitest';
import type { TapeRow } from '#lib/client/tape.ts';
import { nextSelected } from './tape-keys.ts';

const event = (key: number): TapeRow => ({
  kind: 'event',
  key,
  event: { kind: 'record', cursor: `c${key}`, data: '', seq: null, producedAtMs: null, arrivedAtMs: 0 },
  latencyMs: null,
  stages: null,
});
const start: TapeRow = { kind: 'start', key: 90, atMs: 0 };
const gap: TapeRow = { kind: 'gap', key: 91, atMs: 0, reason: null, resumesAt: null };
/** Events at 1, 3 and 4. */
const TAPE = [gap, event(1), start, event(3), event(4), start];

test.each([
  ['ArrowDown', -1, 1],
  ['ArrowUp', -1, 1],
  ['Enter', -1, 1],
  ['Home', 4, 1],
  ['End', -1, 4],
  ['ArrowDown', 1, 3],
  ['ArrowUp', 3, 1],
  ['Enter', 3, 3],
  ['ArrowDown', 4, null],
  ['ArrowUp', 1, null],
  ['x', 1, null],
])('%s leads from row %i to %o, over what is no event', (key, from, to) => {
  expect(nextSelected(TAPE, from, key)).toBe(to);
});

test('where there is no event a key leads nowhere', () => {
  for (const key of ['ArrowDown', 'ArrowUp', 'Home', 'End', 'Enter']) expect(nextSelected([start], -1, key)).toBeNull();
});
