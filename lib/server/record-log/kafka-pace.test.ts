import type { Broker } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paceFetches } from './kafka-pace.ts';

const INTERVAL_MS = 4;

describe('paced fetches', () => {
  let begun: number[];
  let broker: Broker;

  beforeEach(() => {
    vi.useFakeTimers();
    begun = [];
    // Answered at once, as where records come all the time.
    broker = { fetch: async () => void begun.push(performance.now()) } as unknown as Broker;
    paceFetches(broker, INTERVAL_MS);
  });
  afterEach(() => vi.useRealTimers());

  it('begin no sooner than the interval after the one before', async () => {
    const startMs = performance.now();
    const reading = (async () => {
      for (let count = 0; count < 3; count += 1) await broker.fetch({ topics: [] });
    })();
    await vi.runAllTimersAsync();
    await reading;
    expect(begun.map((atMs) => atMs - startMs)).toEqual([0, INTERVAL_MS, 2 * INTERVAL_MS]);
  });

  it('begin at once where the one before has waited for its records that long', async () => {
    await broker.fetch({ topics: [] });
    vi.advanceTimersByTime(INTERVAL_MS);
    const fetching = broker.fetch({ topics: [] });
    expect(vi.getTimerCount()).toBe(0);
    await fetching;
    expect(begun).toHaveLength(2);
  });
});
