import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EventLoopDelay } from './event-loop-delay.ts';

const BLOCKED_MS = 400;
/** Some samples' time: here time itself is what is measured. */
const SAMPLES_MS = 150;

it('tells how long the main thread was blocked before a tick, and nothing of it at the next one', async () => {
  const measured = new EventLoopDelay();
  measured.tick();
  expect(measured.p99Ms).toBe(0);
  measured.start();
  await delay(SAMPLES_MS);
  const endsAtMs = performance.now() + BLOCKED_MS;
  while (performance.now() < endsAtMs);
  await delay(SAMPLES_MS);
  measured.tick();
  const blockedMs = measured.p99Ms;
  // Less by what of a sample had passed as it began.
  expect(blockedMs).toBeGreaterThan(BLOCKED_MS / 2);
  await delay(SAMPLES_MS);
  measured.tick();
  expect(measured.p99Ms).toBeLessThan(blockedMs);
  measured.stop();
});
