import { expect, test } from 'vitest';
import { jsonProblem, withProducedAt } from './publish.ts';

test.each([
  ['{}', '{ "producedAtMs": 7 }'],
  ['{ "a": 12345678901234567890 }\n', '{ "a": 12345678901234567890, "producedAtMs": 7 }'],
  ['{"a":{"producedAtMs":1}}', '{"a":{"producedAtMs":1}, "producedAtMs": 7 }'],
])('an object that does not say when it was produced is told so: %j', (text, told) => {
  expect(withProducedAt(text, 7)).toBe(told);
  expect(JSON.parse(told).producedAtMs).toBe(7);
});

test.each(['{"producedAtMs": 1}', '[]', '"text"', '7', 'null'])('any other value stays as it was typed: %j', (text) => {
  expect(withProducedAt(text, 7)).toBe(text);
});

test.each([
  ['', /Type one/],
  ['{a: 1}', /not JSON/],
  ['1 2', /not JSON/],
])('what is not one JSON value is not sent: %j', (text, problem) => {
  expect(jsonProblem(text)).toMatch(problem);
});

test.each(['{}', 'null', '"a"', ' 1 '])('any JSON value may be sent: %j', (text) => {
  expect(jsonProblem(text)).toBeNull();
});
