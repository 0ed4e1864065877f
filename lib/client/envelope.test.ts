import { expect, test } from 'vitest';
import { openEnvelope } from './envelope.ts';

const PLACE = { key: 'k', headers: {}, topic: 't', partition: 0, offset: 1, timestampMs: 2, receivedAtMs: 3, pod: 'p' };
const open = (fields: object) => openEnvelope(JSON.stringify({ value: '', ...PLACE, ...fields }));

test('the value is the one that the raw format gives', () => {
  expect(open({ value: '{ "a":\r\n1,\r2 }' })).toMatchObject({
    data: '{ "a":\n1,\n2 }',
    record: { value: { form: 'text' } },
  });
});

test('a tombstone is an empty text, and known as what it is', () => {
  expect(open({ value: null })).toMatchObject({ data: '', record: { value: { form: 'tombstone' } } });
  expect(open({ value: '' })).toMatchObject({ data: '', record: { value: { form: 'text' } } });
});

test('a binary value is what is left of it as text, and all of it as base64', () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x41, 0xff, 0xfe]);
  const base64 = bytes.toString('base64');
  expect(open({ value: base64, encoding: 'base64' })).toMatchObject({
    data: '\ufeffA\ufffd\ufffd',
    record: { value: { form: 'binary', base64, bytes: 6 } },
  });
});

test('headers come once or several times, and a record may have no key', () => {
  expect(open({ key: null, headers: { a: '1', b: ['2', '3'] } })?.record).toMatchObject({
    key: null,
    headers: { a: '1', b: ['2', '3'] },
  });
});

test('a key and headers that are not UTF-8 are known as base64', () => {
  const fields = { key: 'BNI=', keyEncoding: 'base64', headers: { t: '/w==' }, binaryHeaders: ['t', 7] };
  expect(open(fields)?.record).toMatchObject({ ...fields, binaryHeaders: ['t'] });
  expect(open({})?.record).not.toHaveProperty('keyEncoding');
  expect(open({})?.record).not.toHaveProperty('binaryHeaders');
});

test.each([
  'not JSON',
  '[]',
  '{"value":"x"}',
  JSON.stringify({ ...PLACE, value: 7 }),
  JSON.stringify({ ...PLACE, value: '*', encoding: 'base64' }),
])('what is no envelope is none: %s', (text) => {
  expect(openEnvelope(text)).toBeNull();
});
