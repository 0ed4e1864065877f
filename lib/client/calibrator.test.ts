import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startCalibrator } from './calibrator.ts';
import { PageClocks } from './page-clocks.ts';

const INTERVAL_MS = 2000;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('counts what the record log has got since it began, and says as of when', async () => {
  const life = new AbortController();
  const answers = [[], [1, 2, 3], [4]];
  const started: string[] = [];
  const { produced } = startCalibrator(
    {
      id: 'a',
      clocks: new PageClocks(),
      intervalMs: INTERVAL_MS,
      isCounting: true,
      isHidden: () => false,
      onStart: (cursor) => started.push(cursor),
      fetch: async () => {
        // What comes while the answer is on its way may not be in it.
        await new Promise((resolve) => setTimeout(resolve, 30));
        const events = (answers.shift() ?? []).map((seq) => ({ cursor: `c${seq}`, data: `{"seq":${seq}}` }));
        return new Response(JSON.stringify({ events, cursor: 'c', ended: false }));
      },
    },
    life.signal,
  );
  expect(produced()).toEqual({ events: 0, isExact: true, asOfMs: null });
  await vi.advanceTimersByTimeAsync(30);
  expect(started).toEqual(['c']);
  expect(produced()).toEqual({ events: 0, isExact: true, asOfMs: 1_000_000 });
  await vi.advanceTimersByTimeAsync(INTERVAL_MS + 30);
  expect(produced()).toEqual({ events: 3, isExact: true, asOfMs: 1_002_030 });
  await vi.advanceTimersByTimeAsync(INTERVAL_MS + 30);
  expect(produced()).toMatchObject({ events: 4, asOfMs: 1_004_060 });
  life.abort();
  expect(vi.getTimerCount()).toBe(0);
});
