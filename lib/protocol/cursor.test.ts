import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURSOR_MAX_CHARS, RecordLogKind } from './constants.ts';
import { CursorEncoder, type CursorOrigin, decodeCursor, isOfLog } from './cursor.ts';

const epoch = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const topicName = fc.stringMatching(/^[A-Za-z0-9._-]{1,60}$/);
const origin = fc.record<CursorOrigin>({
  kind: fc.constantFrom(...Object.values(RecordLogKind)),
  logId: fc.string({ minLength: 1 }),
  epoch,
  topic: topicName,
  partitionCount: fc.integer({ min: 1, max: 40 }),
});
const position = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

const cursorText = origin.chain((from) =>
  fc.uniqueArray(fc.integer({ min: 0, max: from.partitionCount - 1 }), { minLength: 1 }).chain((partitions) =>
    fc
      .tuple(fc.array(position, { minLength: partitions.length, maxLength: partitions.length }), fc.boolean())
      .map(([offsets, isEnd]) => {
        const positions = new Map(partitions.map((partition, index) => [partition, offsets[index] ?? 0]));
        return { from, positions, isEnd, text: new CursorEncoder(from).encode(positions, isEnd) };
      }),
  ),
);

describe('cursor', () => {
  it('comes back as it was encoded', () => {
    fc.assert(
      fc.property(cursorText, ({ from, positions, isEnd, text }) => {
        const cursor = decodeCursor(text);
        expect(cursor).toMatchObject({ kind: from.kind, epoch: from.epoch, topic: from.topic, isEnd });
        expect(cursor?.partitionCount).toBe(from.partitionCount);
        expect(new Map(cursor?.positions)).toEqual(positions);
        expect(cursor !== null && isOfLog(cursor, from.kind, from.logId)).toBe(true);
      }),
    );
  });

  it('is plain ASCII without blanks, so that it fits a header, a URL and an `id:` line', () => {
    fc.assert(
      fc.property(cursorText, ({ text }) => {
        expect(text).toMatch(/^[\w~.*!-]+$/);
      }),
    );
  });

  it('is refused when any one character is changed, cut off or added', () => {
    const character = fc.constantFrom(...'0123456789abcxyzABC~_-*!.');
    fc.assert(
      fc.property(cursorText, fc.nat(), character, fc.constantFrom('change', 'cut', 'add'), (made, at, other, how) => {
        const { text } = made;
        const index = at % text.length;
        const rest = text.slice(how === 'add' ? index : index + 1);
        const damaged = text.slice(0, index) + (how === 'cut' ? '' : other) + rest;
        fc.pre(damaged !== text);
        expect(decodeCursor(damaged)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws, whatever text it is given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeCursor(text)).toBeNull();
      }),
    );
  });

  it('of a feed in one partition is the same by both ways of encoding', () => {
    fc.assert(
      fc.property(origin, fc.nat(), position, (from, any, at) => {
        const partition = any % from.partitionCount;
        const encoder = new CursorEncoder(from);
        expect(encoder.encodeSingle(partition, at)).toBe(encoder.encode(new Map([[partition, at]])));
      }),
    );
  });

  it('over 200 partitions with a billion records each stays under the limit', () => {
    const from = { kind: RecordLogKind.kafka, logId: 'x', epoch: 'e'.repeat(22), topic: 'orders', partitionCount: 200 };
    const positions = new Map(Array.from({ length: 200 }, (_, partition) => [partition, 1_000_000_000 + partition]));
    const text = new CursorEncoder(from).encode(positions);
    expect(text.length).toBeLessThan(CURSOR_MAX_CHARS);
    expect(new Map(decodeCursor(text)?.positions)).toEqual(positions);
  });

  it('of another log is told apart from ours', () => {
    const from = { kind: RecordLogKind.kafka, logId: 'ours', epoch: 'e', topic: 't', partitionCount: 1 };
    const cursor = decodeCursor(new CursorEncoder(from).encode(new Map([[0, 5]])));
    if (cursor === null) throw new Error('The cursor was not read.');
    expect(isOfLog(cursor, RecordLogKind.kafka, 'ours')).toBe(true);
    expect(isOfLog(cursor, RecordLogKind.kafka, 'theirs')).toBe(false);
    expect(isOfLog(cursor, RecordLogKind.memory, 'ours')).toBe(false);
  });
});
