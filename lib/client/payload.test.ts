import { expect, test } from 'vitest';
import { prettyJson, readPayload } from './payload.ts';

test('seq and producedAtMs are read where they are numbers, and nowhere else', () => {
  expect(readPayload('{"seq":7,"producedAtMs":12.5}')).toEqual({ seq: 7, producedAtMs: 12.5 });
  for (const data of ['', 'plain', 'null', '7', '"seq"', '{"seq":"7"}', '{"seq":1.5}', '[1]', '{']) {
    expect(readPayload(data)).toEqual({ seq: null, producedAtMs: null });
  }
});

test('JSON is indented as JSON.stringify would', () => {
  const value = { a: 1, 'b"}': ['x, y: {', [], {}, null, true], c: { d: -1.5e3 } };
  expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
});

test('numbers too large for JavaScript keep their digits', () => {
  expect(prettyJson('{"n":12345678901234567890}')).toBe('{\n  "n": 12345678901234567890\n}');
});

test('what is not a JSON object or array is left alone', () => {
  for (const text of ['plain', '', '7', '"text"', '{"a":']) expect(prettyJson(text)).toBeNull();
});

test('what is nested deeper than anyone reads is not indented out of sight, and costs nothing', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  expect(prettyJson(nested(100))).toContain('\n');
  expect(prettyJson(nested(10_000))).toBeNull();
});
