import { describe, expect, test } from 'vitest';
import { parseDemoOptions } from '#scripts/demo/options.ts';

describe('the options of the demo', () => {
  test('have defaults that need nothing to be said', () => {
    expect(parseDemoOptions([], {})).toEqual({
      isOpening: true,
      pods: undefined,
      rate: '10',
      feeds: '20',
      port: 3000,
      kafkaPort: 9092,
      brokers: [],
    });
  });

  test('take ports and brokers from the environment', () => {
    const options = parseDemoOptions(['--no-open'], { PORT: '4000', KAFKA_BROKERS: 'a:1,b:2', KAFKA_PORT: '' });
    expect(options).toMatchObject({ isOpening: false, port: 4000, kafkaPort: 9092, brokers: ['a:1', 'b:2'] });
  });

  test('take one to eight pods', () => {
    for (const pods of [1, 2, 8]) expect(parseDemoOptions(['--pods', String(pods)], {})).toMatchObject({ pods });
    for (const text of ['0', '9', '1.5', 'two', '']) {
      expect(() => parseDemoOptions(['--pods', text], {})).toThrow(
        `--pods is "${text}": it should be a whole number from 1 to 8.`,
      );
    }
  });

  test('say which setting is wrong and what it should be', () => {
    expect(() => parseDemoOptions([], { PORT: '70000' })).toThrow(
      'PORT is "70000": it should be a port from 1 to 65535.',
    );
  });
});
