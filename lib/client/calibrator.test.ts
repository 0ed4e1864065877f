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

test('a record that a pod has read back for this question is no sample of that pod’s clock', async () => {
  const life = new AbortController();
  const clocks = new PageClocks();
  /** Of the same clock everywhere: produced, stored and received at once, or read back when it was asked for. */
  const answers = [
    { producedAtMs: 996_000, receivedAtMs: 1_000_011 },
    { producedAtMs: 1_001_000, receivedAtMs: 1_001_002 },
  ];
  startCalibrator(
    {
      id: 'a',
      clocks,
      intervalMs: INTERVAL_MS,
      isHidden: () => false,
      fetch: async () => {
        const askedAtMs = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 20));
        const events = answers.splice(0, 1).map(({ producedAtMs, receivedAtMs }) => ({
          cursor: 'c',
          data: JSON.stringify({
            timestampMs: producedAtMs,
            receivedAtMs,
            pod: 'p',
            value: JSON.stringify({ producedAtMs }),
          }),
        }));
        return new Response(JSON.stringify({ events, cursor: 'c', ended: false }), {
          headers: { 'feedline-pod': 'p', 'feedline-clock': `received=${askedAtMs + 10}, sent=${askedAtMs + 15}` },
        });
      },
    },
    life.signal,
  );
  await vi.advanceTimersByTimeAsync(20);
  expect(clocks.producer()).toEqual({ offsetMs: 0, errorMs: null });
  await vi.advanceTimersByTimeAsync(INTERVAL_MS + 20);
  expect(clocks.producer()).toMatchObject({ offsetMs: 0, errorMs: expect.any(Number) });
  life.abort();
});
