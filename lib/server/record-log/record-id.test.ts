import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY_KEY_MAX_BYTES } from '../../protocol/feed-id.ts';
import { ByteReader, FetchedRecord } from './fetched-record.ts';
import type { LogRecord, RecordHeaders } from './port.ts';
import { recordIdOf } from './record-id.ts';

const PLAIN: LogRecord = { offset: 0, key: null, value: null, headers: undefined, timestampMs: 0 };

const idIn = (rule: Parameters<typeof recordIdOf>[0], record: Partial<LogRecord>): string =>
  recordIdOf(rule)({ ...PLAIN, ...record }).toString();

describe('an ID that is the key', () => {
  const ofKey = (key: Buffer | null) => recordIdOf({ in: 'key' })({ ...PLAIN, key });

  it('is its bytes, whatever they are', () => {
    const key = Buffer.from([0, 0, 0, 0, 0, 0, 4, 0xd2]);
    expect(ofKey(key)).toBe(key);
  });

  it('is not there without a key, and not of one that no URL can have', () => {
    expect(ofKey(null)).toBe('absent');
    expect(ofKey(Buffer.alloc(0))).toBe('empty');
    expect(ofKey(Buffer.alloc(ANY_KEY_MAX_BYTES + 1))).toBe('too-long');
    expect(ofKey(Buffer.alloc(257, 'a'))).toBe('too-long');
    expect(ofKey(Buffer.alloc(256, 'a'))).toBeInstanceOf(Buffer);
  });
});

describe('an ID that is a header', () => {
  const rule = { in: 'header', name: 'order-id' } as const;
  const ofHeaders = (headers: RecordHeaders | undefined): string => idIn(rule, { headers });

  it('is the value of that header, the last one where it stands more than once', () => {
    expect(ofHeaders({ other: Buffer.from('x'), 'order-id': Buffer.from('1234') })).toBe('1234');
    expect(ofHeaders({ 'order-id': [Buffer.from('1'), '2'] })).toBe('2');
  });

  it('is not there where the header has no value, or is not there', () => {
    expect(ofHeaders(undefined)).toBe('absent');
    expect(ofHeaders({ 'Order-Id': Buffer.from('1') })).toBe('absent');
    expect(ofHeaders({ 'order-id': null })).toBe('absent');
    expect(ofHeaders({ 'order-id': Buffer.alloc(0) })).toBe('empty');
    expect(idIn({ in: 'header', name: 'toString' }, {})).toBe('absent');
  });

  it('is the same as Kafka has it in a fetch', () => {
    const name = fc.constantFrom('order-id', 'order-ID', 'x', '');
    const header = fc.tuple(name, fc.option(fc.uint8Array({ maxLength: 4 })));
    fc.assert(
      fc.property(fc.array(header, { maxLength: 5 }), fc.option(fc.uint8Array()), (headers, value) => {
        const record = fetched(headers, value);
        const id = recordIdOf(rule)(record);
        expect(id).toEqual(recordIdOf(rule)({ ...PLAIN, headers: record.headers }));
      }),
    );
  });
});

describe('an ID in the JSON of the value', () => {
  const ofJson = (json: string | null, ...path: string[]): string =>
    idIn({ in: 'json', path }, { value: json === null ? null : Buffer.from(json) });

  it('is the text or the whole number that the pointer leads to', () => {
    expect(ofJson('{"order":{"id":"1234"}}', 'order', 'id')).toBe('1234');
    expect(ofJson('{"ids":[7,8]}', 'ids', '1')).toBe('8');
    expect(ofJson('{"":{"a/b~c":-3}}', '', 'a/b~c')).toBe('-3');
    expect(ofJson('"whole"')).toBe('whole');
    expect(ofJson('{"id":1.0e3}', 'id')).toBe('1000');
    expect(ofJson('{"__proto__":{"id":"own"}}', '__proto__', 'id')).toBe('own');
  });

  it('has the digits of a number that is too long for JavaScript', () => {
    for (const digits of ['9007199254740993', '1234567890123456789', '-9223372036854775808']) {
      const json = `{"s":"\\"x\\\\","a":["${digits}",0.${'1'.repeat(20)},1234567890123456789e1],"id":${digits}}`;
      expect(ofJson(json, 'id')).toBe(digits);
    }
    const integers = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n });
    fc.assert(
      fc.property(integers, fc.json(), fc.json(), (id, before, behind) => {
        expect(ofJson(`{"b":${before}, "id" : ${id} ,"a":${behind}}`, 'id')).toBe(String(id));
      }),
    );
    const long = `${'\\"'.repeat(1_000_000)}`;
    expect(ofJson(`{"a":"${long}","id":12345678901234567890}`, 'id')).toBe('12345678901234567890');
  });

  it('is not there where the pointer leads to nothing, or to nothing that can be an ID', () => {
    expect(ofJson(null, 'id')).toBe('absent');
    for (const json of ['{}', '[]', '1', '"id"', 'null', '{"id":null}']) expect(ofJson(json, 'id')).toBe('absent');
    expect(ofJson('[1]', 'length')).toBe('absent');
    expect(ofJson('[1]', '-')).toBe('absent');
    expect(ofJson('[1,2]', '01')).toBe('absent');
    expect(ofJson('{}', 'toString')).toBe('absent');
    for (const id of ['1.5', '1e300', 'true', '{}', '[]', '"\\ud800"']) {
      expect(ofJson(`{"id":${id}}`, 'id')).toBe('other-type');
    }
    expect(ofJson('{"id":""}', 'id')).toBe('empty');
    expect(ofJson(`{"id":"${'a'.repeat(257)}"}`, 'id')).toBe('too-long');
  });

  it('is not there in what is not JSON', () => {
    for (const text of ['', '{', '{"id":1', "{'id':1}", '\ufeff{"id":1}']) expect(ofJson(text, 'id')).toBe('not-json');
    const value = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(idIn({ in: 'json', path: ['id'] }, { value })).toBe('not-json');
  });
});

/** As it lies in the buffer of a fetch (KIP-98), behind the length of the record. */
function fetched(
  headers: readonly (readonly [string, Uint8Array | null])[],
  value: Uint8Array | null = null,
): FetchedRecord {
  const bytes = Buffer.concat([
    Buffer.from([0]), // attributes
    varint(0), // timestamp
    varint(0), // offset
    field(null), // key
    field(value),
    varint(headers.length),
    ...headers.flatMap(([name, of]) => [field(Buffer.from(name)), field(of)]),
  ]);
  return new FetchedRecord(new ByteReader(bytes, 0), 0, { firstMs: 0, appendedMs: undefined });
}

function field(bytes: Uint8Array | null): Buffer {
  return bytes === null ? varint(-1) : Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = (value << 1) ^ (value >> 31);
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
