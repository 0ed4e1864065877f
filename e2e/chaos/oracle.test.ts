import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, neighbourhood } from './oracle.ts';

const LOG = ['a', 'b', 'c', 'd', 'e'];
const CLEAN = { missing: 0, repeated: 0, outOfOrder: 0, unknown: 0 };

describe('the oracle', () => {
  it('has nothing to say of a client that was given the log', () => {
    expect(judge(LOG, LOG)).toEqual({ ...CLEAN, partsAt: undefined });
    expect(judge([], [])).toEqual({ ...CLEAN, partsAt: undefined });
  });

  it.each([
    { planted: 'a loss', delivered: ['a', 'b', 'd', 'e'], found: { missing: 1 }, partsAt: 2 },
    { planted: 'a loss at the end', delivered: ['a', 'b', 'c'], found: { missing: 2 }, partsAt: 3 },
    { planted: 'a loss of everything', delivered: [], found: { missing: 5 }, partsAt: 0 },
    { planted: 'a repetition', delivered: ['a', 'b', 'b', 'c', 'd', 'e'], found: { repeated: 1 }, partsAt: 2 },
    { planted: 'a replay', delivered: ['a', 'b', 'c', 'b', 'c', 'd', 'e'], found: { repeated: 2 }, partsAt: 3 },
    { planted: 'a swap', delivered: ['a', 'c', 'b', 'd', 'e'], found: { outOfOrder: 1 }, partsAt: 1 },
    { planted: 'a late one', delivered: ['b', 'c', 'd', 'e', 'a'], found: { outOfOrder: 1 }, partsAt: 0 },
    { planted: 'a stranger', delivered: ['a', 'x', 'b', 'c', 'd', 'e'], found: { unknown: 1 }, partsAt: 1 },
    { planted: 'an altered one', delivered: ['a', 'b', 'C', 'd', 'e'], found: { missing: 1, unknown: 1 }, partsAt: 2 },
  ])('finds $planted', ({ delivered, found, partsAt }) => {
    expect(judge(LOG, delivered)).toEqual({ ...CLEAN, ...found, partsAt });
  });

  it('expects twice what the log holds twice', () => {
    const log = ['a', 'b', 'a', 'b', 'c'];
    expect(judge(log, log)).toMatchObject(CLEAN);
    expect(judge(log, ['a', 'b', 'c'])).toMatchObject({ ...CLEAN, missing: 2 });
    expect(judge(log, ['a', 'b', 'a', 'b', 'a', 'b', 'c'])).toMatchObject({ ...CLEAN, repeated: 2 });
  });

  it('is clean only of equal lists, whatever they are', () => {
    const lists = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 });
    fc.assert(
      fc.property(lists, lists, (expected, delivered) => {
        const { partsAt, ...counts } = judge(expected, delivered);
        const isClean = Object.values(counts).every((count) => count === 0);
        expect(isClean).toBe(expected.join() === delivered.join());
        expect(partsAt === undefined).toBe(isClean);
      }),
    );
  });

  it('shows both lists around the place where they part', () => {
    expect(neighbourhood(LOG, ['a', 'b', 'd', 'e'], 2)).toBe(
      [
        '  expected, 5 in all:',
        ...['  0: a', '  1: b', '> 2: c', '  3: d', '  4: e'].map((line) => `    ${line}`),
        '  received, 4 in all:',
        ...['  0: a', '  1: b', '> 2: d', '  3: e'].map((line) => `    ${line}`),
      ].join('\n'),
    );
  });
});
