import { expect, test } from 'vitest';
import { parseJavaMajor } from '#scripts/kafka/java.ts';

test('the version of Java is read from what any Java prints', () => {
  expect(parseJavaMajor('openjdk version "17.0.15" 2025-04-15')).toBe(17);
  expect(parseJavaMajor('openjdk version "21" 2023-09-19')).toBe(21);
  expect(parseJavaMajor('java version "1.8.0_412"')).toBe(8);
  expect(parseJavaMajor('command not found')).toBeUndefined();
});
