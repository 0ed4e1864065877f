import { describe, expect, test } from 'vitest';
import { parseChange, windowsAt } from '#scripts/producer/last-seqs.ts';

describe('reading a topic back from its end', () => {
  const ends = [
    { partition: 0, low: 0, high: 5000 },
    { partition: 1, low: 4990, high: 5000 },
    { partition: 2, low: 7, high: 7 },
  ];

  test('begins at the end, stops at the oldest kept, and passes empty partitions over', () => {
    expect(windowsAt(ends, 0, 1000)).toEqual([
      { partition: 0, low: 4000, high: 5000 },
      { partition: 1, low: 4990, high: 5000 },
    ]);
  });

  test('goes on where the step before ended, until nothing is left', () => {
    expect(windowsAt(ends, 1000, 4000)).toEqual([{ partition: 0, low: 0, high: 4000 }]);
    expect(windowsAt(ends, 5000, 16_000)).toEqual([]);
  });

  test('passes over what is not a change', () => {
    expect(parseChange(Buffer.from('{"id":"1234","seq":7}'))).toEqual({ id: '1234', seq: 7 });
    for (const value of ['', 'x', '7', 'null', '{"id":1,"seq":1}', '{"id":"1","seq":1.5}']) {
      expect(parseChange(Buffer.from(value))).toBeUndefined();
    }
    expect(parseChange(null)).toBeUndefined();
  });
});
