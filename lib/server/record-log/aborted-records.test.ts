import { describe, expect, it } from 'vitest';
import { type BatchOrigin, givenBatches } from './aborted-records.ts';

const record = (offset: number, producerId: string, inTransaction = true): BatchOrigin => ({
  lastOffset: offset,
  records: [{ key: Buffer.from('k') }],
  isControl: false,
  producerId,
  inTransaction,
});
const marker = (offset: number, producerId: string, type: 0 | 1): BatchOrigin => ({
  ...record(offset, producerId),
  records: [{ key: Buffer.from([0, 0, 0, type]) }],
  isControl: true,
});

/** Offsets of the records that are given. */
function given(batches: readonly BatchOrigin[], aborted: readonly [producerId: string, firstOffset: number][]) {
  const transactions = aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset: String(firstOffset) }));
  return givenBatches(batches, transactions).map(({ lastOffset }) => lastOffset);
}

describe('aborted records', () => {
  it('are told apart by their producers, whichever transaction began or ended first', () => {
    const log = () => [
      record(5, 'B'),
      record(6, 'C'),
      record(7, 'A'),
      marker(8, 'A', 0),
      record(9, 'B'),
      marker(10, 'B', 0),
      marker(11, 'C', 1),
    ];
    const aborted: [string, number][] = [
      ['A', 7],
      ['B', 5],
    ];
    expect(given(log(), aborted)).toEqual([6]);
    expect(given(log(), [...aborted].reverse())).toEqual([6]);
    expect(given(log().slice(2), aborted)).toEqual([]);
  });

  it('end with their marker: what the same producer sends then is given', () => {
    const log = [
      record(0, 'A'),
      marker(1, 'A', 0),
      record(2, 'A'),
      marker(3, 'A', 1),
      record(4, 'A'),
      marker(5, 'A', 0),
    ];
    expect(
      given(log, [
        ['A', 0],
        ['A', 4],
      ]),
    ).toEqual([2]);
  });

  it('are no others: records outside transactions are given, also with a key that looks like a marker', () => {
    const odd: BatchOrigin = { ...record(1, 'B', false), records: [{ key: Buffer.from([0, 0, 0, 0]) }] };
    expect(given([record(0, 'A'), odd, record(2, 'A'), marker(3, 'A', 0)], [['A', 0]])).toEqual([1]);
  });
});
