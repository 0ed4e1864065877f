import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import { describe, expect, it } from 'vitest';
import { decodeBatches } from './kafka-record-batch.ts';

const LENGTH_AT = 8;
const HEADER_BYTES = 61;
/** From the record's beginning: behind its length, attributes, and deltas of time and offset. */
const KEY_LENGTH_AT = 4;
const KEY = 'key';
const VALUE = 'value';
const VALUE_LENGTH_AT = KEY_LENGTH_AT + 1 + KEY.length;
const HEADER_COUNT_AT = VALUE_LENGTH_AT + 1 + VALUE.length;

/** Two records in a batch that is sound. */
async function encode(): Promise<Buffer> {
  const records = [0, 1].map((offsetDelta) =>
    encodeRecord({
      offsetDelta,
      timestampDelta: 0,
      key: Buffer.from(KEY),
      value: Buffer.from(VALUE),
      headers: { h: 'v' },
    }),
  );
  const times = { firstTimestamp: 0, maxTimestamp: 0 };
  const about = { ...times, compression: 0, transactional: false, producerId: -1, firstOffset: 0, lastOffsetDelta: 1 };
  return (await RecordBatch({ ...about, records })).buffer;
}

/** A varint of one byte. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

describe('a batch that is damaged', () => {
  it.each([-(2 ** 31), -20, -12, 0, HEADER_BYTES - 13])(
    'fails where it ends before its header does: length %d',
    async (length) => {
      const batch = await encode();
      batch.writeInt32BE(length, LENGTH_AT);
      await expect(decodeBatches(batch)).rejects.toThrow('ends before its header');
    },
  );

  it.each([
    { what: 'key', at: KEY_LENGTH_AT, is: KEY.length },
    { what: 'value', at: VALUE_LENGTH_AT, is: VALUE.length },
    { what: 'count of headers', at: HEADER_COUNT_AT, is: 1 },
    { what: 'name of a header', at: HEADER_COUNT_AT + 1, is: 1 },
  ])('fails as a whole where the $what does not fit the record', async ({ at, is }) => {
    const sound = await encode();
    const recordAt = HEADER_BYTES;
    expect(sound[recordAt + at]).toBe(zigzag(is));
    for (const length of [is - 1, is + 1, is + 2, 60]) {
      const batch = Buffer.from(sound);
      batch[recordAt + at] = zigzag(length);
      await expect(decodeBatches(batch), `${length} in place of ${is}`).rejects.toThrow(RangeError);
    }
  });

  it.each([-1, 0, 60])('fails as a whole where a record says that it has %d bytes', async (length) => {
    const batch = await encode();
    batch[HEADER_BYTES] = zigzag(length);
    await expect(decodeBatches(batch)).rejects.toThrow(RangeError);
  });

  it('fails as a whole where its last record goes on behind it', async () => {
    const batch = await encode();
    const recordBytes = (batch.length - HEADER_BYTES) / 2;
    const [lengthAt, lastFieldAt] = [batch.length - recordBytes, batch.length - 2];
    for (const at of [lengthAt, lastFieldAt]) batch[at] = (batch[at] ?? 0) + zigzag(1);
    await expect(decodeBatches(batch)).rejects.toThrow('longer than the batch');
  });

  it('fails as a whole where the time of a record is a number without an end', async () => {
    const batch = await encode();
    batch.fill(0xff, HEADER_BYTES + 2, HEADER_BYTES + 13);
    await expect(decodeBatches(batch)).rejects.toThrow('too long');
  });
});
