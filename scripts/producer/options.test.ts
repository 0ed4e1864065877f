import { describe, expect, test } from 'vitest';
import { parseProduceOptions } from '#scripts/producer/options.ts';

const parse = (...argv: string[]) => parseProduceOptions(argv, '127.0.0.1:9092');

describe('the arguments of the producer', () => {
  test('have defaults that fit the local broker', () => {
    expect(parse()).toEqual({
      ratePerSecond: 10,
      feeds: 20,
      isRacing: false,
      clockOffsetMs: 0,
      target: { kind: 'kafka', brokers: ['127.0.0.1:9092'], topic: 'orders', createTopic: false },
    });
  });

  test('take several brokers, a topic, and a rate below one', () => {
    const options = parse('--brokers', 'a:1, b:2', '--topic', 'x', '--rate', '0.5', '--create-topic');
    const target = { kind: 'kafka', brokers: ['a:1', 'b:2'], topic: 'x', createTopic: true };
    expect(options).toMatchObject({ ratePerSecond: 0.5, feeds: 20, target });
  });

  test('take a URL instead of a broker, without its last slash', () => {
    expect(parse('--url', 'http://127.0.0.1:3000/')).toMatchObject({
      target: { kind: 'url', url: 'http://127.0.0.1:3000' },
    });
  });

  test('take the race and a clock that is off, in both directions', () => {
    expect(parse('--race', '--clock-offset-ms', '5000')).toMatchObject({ isRacing: true, clockOffsetMs: 5000 });
    expect(parse('--clock-offset-ms=-3600000')).toMatchObject({ isRacing: false, clockOffsetMs: -3_600_000 });
  });

  test('refuse a clock that is off by no whole number or by more than an hour', () => {
    const rule = '--clock-offset-ms: a whole number from -3600000 to 3600000';
    for (const text of ['0.5', '3600001', '-3600001', 'late', '']) {
      expect(() => parse(`--clock-offset-ms=${text}`)).toThrow(rule);
    }
  });

  test('say how to write a number that begins with a dash', () => {
    expect(() => parse('--clock-offset-ms', '-5000')).toThrow("use '--clock-offset-ms=-XYZ'");
  });

  test('are all named in the error when several are wrong', () => {
    expect(() => parse('--rate', 'fast', '--feeds', '1.5', '--brokers', 'nowhere')).toThrow(
      /--rate: .*\n.*--feeds: a whole number.*\n.*--brokers: host:port/,
    );
    expect(() => parse('--url', 'ftp://x', '--topic', 'orders')).toThrow(/--url goes without[\s\S]*--url: http/);
    expect(() => parse('--rate', '')).toThrow(/--rate/);
    expect(() => parse('--speed', '1')).toThrow(/speed/);
  });

  test('ask for help before anything is checked', () => {
    expect(parse('--help', '--rate', 'x')).toBe('help');
  });
});
