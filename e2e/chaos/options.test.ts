import { describe, expect, it } from 'vitest';
import { commandOf, parseChaosOptions } from './options.ts';

describe('the options of the chaos run', () => {
  it('have defaults that reach what a run must show, and a new seed each time', () => {
    const options = parseChaosOptions([]);
    expect(options).toMatchObject({ seconds: 45, clients: 60, ratePerSecond: 200, isStock: false });
    expect(options).toMatchObject({ atLeast: { records: 5_000, cuts: 100 } });
    expect(options).not.toMatchObject({ seed: (parseChaosOptions([]) as { seed: string }).seed });
  });

  it('are given back as the command that repeats the run', () => {
    const argv = ['--seed', 'x1', '--seconds', '30', '--clients', '20', '--rate', '100', '--stock'];
    const options = parseChaosOptions(argv);
    if (options === 'help') throw new Error('No help was asked for.');
    expect(commandOf(options)).toBe('npm run chaos -- --seed x1 --seconds 30 --clients 20 --rate 100 --stock');
  });

  it('say which one is wrong and what it should be', () => {
    expect(() => parseChaosOptions(['--rate', 'many'])).toThrow('--rate is "many": it should be a whole number');
    expect(() => parseChaosOptions(['--seconds', '5'])).toThrow('from 10 to 600');
    expect(() => parseChaosOptions(['--pods', '3'])).toThrow('--pods');
  });
});
