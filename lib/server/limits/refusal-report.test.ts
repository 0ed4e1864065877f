import { expect, it } from 'vitest';
import { RefusalReport } from './refusal-report.ts';

it('refusals are told at once and then now and then, each of them once', () => {
  let nowMs = 1_000_000;
  const rates = new Map([['client-rate', 0]]);
  const sockets = new Map([['slow-headers', 0]]);
  const told: object[] = [];
  const report = new RefusalReport({
    counts: () => [rates, sockets],
    everyMs: 60_000,
    now: () => nowMs,
    tell: (more) => told.push(more),
  });
  report.tick();
  expect(told).toEqual([]);
  rates.set('client-rate', 2);
  report.tick();
  rates.set('client-rate', 5);
  sockets.set('slow-headers', 1);
  nowMs += 59_999;
  report.tick();
  expect(told).toEqual([{ 'client-rate': 2 }]);
  nowMs += 1;
  report.tick();
  nowMs += 60_000;
  report.tick();
  expect(told).toEqual([{ 'client-rate': 2 }, { 'client-rate': 3, 'slow-headers': 1 }]);
});
