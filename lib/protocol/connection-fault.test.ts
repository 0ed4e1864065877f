import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConnectionFault,
  FAULT_TIMES_MAX,
  FAULT_VALUES,
  formatFault,
  isMomentFault,
  LASTING_FAULTS,
  lastsUntilMs,
  latestStrikeMs,
  MOMENT_FAULTS,
  parseFault,
} from './connection-fault.ts';

const fault: fc.Arbitrary<ConnectionFault> = fc.constantFrom(...MOMENT_FAULTS, ...LASTING_FAULTS).chain((kind) => {
  const { min, max } = FAULT_VALUES[kind] ?? { min: 0, max: 0 };
  return fc
    .record({
      value: fc.integer({ min, max }),
      fromMs: fc.integer({ min: 0, max: 2 ** 41 }),
      times: fc.integer({ min: 1, max: FAULT_TIMES_MAX }),
      forMs: isMomentFault(kind) ? fc.constant(0) : fc.integer({ min: 1, max: 60_000 }),
      pauseMs: fc.integer({ min: 1, max: 60_000 }),
    })
    .map(({ pauseMs, ...rest }) => ({ kind, ...rest, everyMs: rest.forMs + pauseMs }));
});

describe('connection fault', () => {
  it('is the same after a way through a URL', () => {
    fc.assert(
      fc.property(fault, (given) => {
        const query = new URLSearchParams({ fault: formatFault(given) });
        expect(parseFault(new URLSearchParams(query.toString()).get('fault') ?? '')).toEqual(given);
      }),
    );
  });

  it.each([
    ['', 'nothing'],
    ['explode,0,1,1,0,0', 'a kind that is none'],
    ['delay,500,1,1,0', 'a field short'],
    ['delay,500,1,1,0,1000,7', 'a field too many'],
    ['delay,0,1,1,0,1000', 'a value below what its kind takes'],
    ['drop-mid-event,5,1,1,0,0', 'a value where its kind takes none'],
    ['drop-mid-event,0,1,1,0,100', 'a moment that lasts'],
    ['stall,0,1,1,0,0', 'a while that does not last'],
    ['stall,0,1,0,0,100', 'no strike'],
    ['stall,0,1,2,50,100', 'strikes that overlap'],
    ['drop-mid-event,0,1,2,0,0', 'two strikes at once'],
    ['stall,0,-1,1,0,100', 'a negative number'],
    ['stall,0,1.5,1,0,100', 'a number that is not whole'],
  ])('%j is none: %s', (text) => {
    expect(parseFault(text)).toBeNull();
  });

  it('strikes as often as it says, each time as long as it says', () => {
    const stall: ConnectionFault = { kind: 'stall', value: 0, fromMs: 1000, times: 2, everyMs: 500, forMs: 100 };
    const ends = [999, 1000, 1099, 1100, 1499, 1500, 1599, 1600, 2000].map((nowMs) => lastsUntilMs(stall, nowMs));
    expect(ends).toEqual([null, 1100, 1100, null, null, 1600, 1600, null, null]);
    expect(lastsUntilMs(stall, 1599)).toBe(1600);
  });

  it('knows its latest strike', () => {
    const drop: ConnectionFault = {
      kind: 'drop-mid-event',
      value: 0,
      fromMs: 1000,
      times: 3,
      everyMs: 500,
      forMs: 0,
    };
    expect([999, 1000, 1499, 1500, 2600].map((nowMs) => latestStrikeMs(drop, nowMs))).toEqual([
      null,
      1000,
      1000,
      1500,
      2000,
    ]);
  });
});
