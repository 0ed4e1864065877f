import { describe, expect, test } from 'vitest';
import { ClockOffset } from './clock-offset.ts';
import { PageClocks } from './page-clocks.ts';

/** A request at `atMs` of the page's clock that took `outMs` and `backMs`, of a server whose clock is `aheadMs` ahead. */
function trip(atMs: number, outMs: number, backMs: number, aheadMs: number) {
  const sentAtMs = atMs + outMs + aheadMs;
  return { requestedAtMs: atMs, receivedAtMs: sentAtMs, sentAtMs, answeredAtMs: atMs + outMs + backMs };
}

describe('the server’s clock', () => {
  test('is unknown at first, and taken for the page’s', () => {
    expect(new ClockOffset().estimate()).toEqual({ offsetMs: 0, errorMs: null });
  });

  test('is the page’s where the two can agree, wrong by no more than a trip', () => {
    const offset = new ClockOffset();
    offset.addRoundTrip(trip(1000, 4, 6, 0));
    expect(offset.estimate()).toEqual({ offsetMs: 0, errorMs: 6 });
  });

  test('is in the middle of what is possible where they cannot, and narrows with each quicker trip', () => {
    const offset = new ClockOffset();
    offset.addRoundTrip(trip(1000, 80, 20, 60_000));
    expect(offset.estimate()).toEqual({ offsetMs: 60_030, errorMs: 50 });
    offset.addRoundTrip(trip(5000, 4, 6, 60_000));
    offset.addRoundTrip(trip(9000, 300, 300, 60_000));
    expect(offset.estimate()).toEqual({ offsetMs: 59_999, errorMs: 5 });
  });

  test('is followed when it is set', () => {
    const offset = new ClockOffset();
    offset.addRoundTrip(trip(1000, 5, 5, 0));
    offset.addRoundTrip(trip(2000, 5, 5, -90_000));
    expect(offset.estimate()).toEqual({ offsetMs: -90_000, errorMs: 5 });
  });

  test('is followed as it drifts: a quick trip of long ago does not hold for ever', () => {
    const offset = new ClockOffset();
    for (let s = 0; s <= 1000; s += 2) offset.addRoundTrip(trip(s * 1000, 5, 5, 100 + s / 20));
    const { offsetMs, errorMs } = offset.estimate();
    expect(Math.abs(offsetMs - 150)).toBeLessThanOrEqual(5);
    expect(errorMs).toBeLessThanOrEqual(5);
  });
});

/** How far each clock is ahead of the page's, ms. */
interface Ahead {
  readonly producer?: number;
  readonly broker?: number;
  readonly pod?: number;
}

describe('the producer’s clock', () => {
  const now = 1_000_000;
  /** Records that took `hopMs` to the broker and again to the pod, and a page that is `tripMs` from its pod. */
  function clocksOf(aheadMs: Ahead, hopMs = 2, tripMs = 4): PageClocks {
    const { producer = 0, broker = 0, pod = 0 } = aheadMs;
    const clocks = new PageClocks();
    clocks.addRoundTrip('a', trip(now, tripMs / 2, tripMs / 2, pod));
    for (const jitterMs of [7, 0, 40]) {
      clocks.addRecord(
        {
          producedAtMs: now + producer,
          timestampMs: now + hopMs + jitterMs + broker,
          receivedAtMs: now + 2 * hopMs + 2 * jitterMs + pod,
          pod: 'a',
        },
        now,
      );
    }
    return clocks;
  }

  test('is unknown until a record has come', () => {
    const clocks = new PageClocks();
    clocks.addRoundTrip('a', trip(now, 1, 1, 0));
    expect(clocks.producer().errorMs).toBeNull();
  });

  test('is not corrected where all clocks can agree', () => {
    expect(clocksOf({}).producer()).toEqual({ offsetMs: 0, errorMs: 6 });
  });

  test.each<[string, Ahead]>([
    ['the producer is 5 s ahead', { producer: 5000 }],
    ['the producer is 5 s behind', { producer: -5000 }],
    ['the broker is off', { broker: 7000 }],
    ['the pod is off', { pod: -3000 }],
    ['all are off', { producer: 5000, broker: -60_000, pod: 3_600_000 }],
  ])('is right within its error where %s', (_, aheadMs) => {
    const { offsetMs, errorMs } = clocksOf(aheadMs).producer();
    const wrongByMs = Math.abs(offsetMs + (aheadMs.producer ?? 0));
    expect(errorMs).not.toBeNull();
    expect(wrongByMs).toBeLessThanOrEqual(errorMs ?? 0);
    expect(errorMs).toBeLessThan(20);
  });

  test('is told by the pod whose clock is known best', () => {
    const clocks = clocksOf({ producer: 5000 });
    clocks.addRoundTrip('far', trip(now, 300, 300, 0));
    clocks.addRecord({ producedAtMs: now + 5000, timestampMs: now, receivedAtMs: now + 900, pod: 'far' }, now);
    expect(clocks.producer().errorMs).toBeLessThan(20);
  });
});
