import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BATCH_MAX, EventBatcher } from './event-batcher.ts';

describe('events in batches', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are handed over at once where one comes alone, and else every 50 ms, all of them and in order', async () => {
    const batches: (readonly number[])[] = [];
    const batcher = new EventBatcher((items: readonly number[]) => batches.push(items));
    batcher.add(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(batches).toEqual([[1]]);
    for (let item = 2; item <= 11; item += 1) {
      await vi.advanceTimersByTimeAsync(10);
      batcher.add(item);
    }
    await vi.advanceTimersByTimeAsync(50);
    expect(batches).toEqual([[1], [2, 3, 4, 5], [6, 7, 8, 9, 10], [11]]);
    await vi.advanceTimersByTimeAsync(1_000);
    batcher.add(12);
    await vi.advanceTimersByTimeAsync(0);
    expect(batches.at(-1)).toEqual([12]);
  });

  it('are not held back where they are many, and dropped where nobody wants them any more', async () => {
    const sizes: number[] = [];
    const batcher = new EventBatcher((items: readonly number[]) => sizes.push(items.length));
    for (let item = 0; item <= BATCH_MAX; item += 1) batcher.add(item);
    expect(sizes).toEqual([BATCH_MAX]);
    batcher.dispose();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sizes).toEqual([BATCH_MAX]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
