import { describe, expect, test } from 'vitest';
import {
  nextChange,
  ORDER_STATUSES,
  type OrderChange,
  type OrderWorld,
  orderAt,
} from '#scripts/producer/order-life.ts';

/** A small generator with a seed, so that a failure can be repeated. */
function world(seed: number): OrderWorld {
  let value = seed;
  let nowMs = 1_000;
  return {
    random: () => {
      value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
      return value / 2_147_483_648;
    },
    nowMs: () => {
      nowMs += 1;
      return nowMs;
    },
  };
}

function live(changes: number, options: { readonly fromSeq?: number; readonly seed?: number } = {}): OrderChange[] {
  const theWorld = world(options.seed ?? 1);
  let state = orderAt('1234', options.fromSeq ?? 0);
  return Array.from({ length: changes }, () => {
    const next = nextChange(state, theWorld);
    state = next.state;
    return next.change;
  });
}

describe('the life of an order', () => {
  test('counts its changes from 1 without a hole', () => {
    expect(live(50).map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  test('continues the count of an order that has changes behind it', () => {
    expect(live(3, { fromSeq: 41 }).map(({ seq }) => seq)).toEqual([42, 43, 44]);
  });

  test('goes through every status in order and never ends', () => {
    const statuses = live(300).map(({ status }) => status);
    for (const [index, status] of statuses.slice(1).entries()) {
      const from = ORDER_STATUSES.indexOf(statuses[index] ?? 'placed');
      const to = ORDER_STATUSES.indexOf(status);
      const isMovingOn = status === 'on its way' && from === to;
      expect(isMovingOn || to === (from + 1) % ORDER_STATUSES.length).toBe(true);
    }
    expect(new Set(statuses)).toEqual(new Set(ORDER_STATUSES));
  });

  test('keeps its total from purchase to delivery, and the next purchase has its own', () => {
    const changes = live(100);
    for (const [index, change] of changes.slice(1).entries()) {
      if (change.status !== 'placed') expect(change.total).toBe(changes[index]?.total);
      expect(change.total).toBeGreaterThan(0);
    }
  });

  test('takes the time from the clock it is given, and the same world gives the same life', () => {
    expect(live(3).map(({ producedAtMs }) => producedAtMs)).toEqual([1_001, 1_002, 1_003]);
    expect(live(20, { seed: 7 })).toEqual(live(20, { seed: 7 }));
  });
});
