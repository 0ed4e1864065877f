import { expect, test } from 'vitest';
import { NO_STAGE_FIGURES, noHopOffsets, stageFigures, stagesOf } from './stages.ts';

const event = (producedAtMs: number | null, timestampMs: number, receivedAtMs: number, arrivedAtMs: number) => ({
  producedAtMs,
  arrivedAtMs,
  record: { timestampMs, receivedAtMs, pod: 'a' },
});

test('an event’s latency is the sum of its stages, by clocks that agree', () => {
  const stages = stagesOf(event(100, 103, 110, 130), noHopOffsets('a'));
  expect(stages).toEqual({ toBroker: 3, toPod: 7, toBrowser: 20 });
});

test('clocks that differ are set against each other, and nothing arrives before it left', () => {
  const hops = { toBrokerMs: 1000, toPodMs: -50, toPageMs: -3000 };
  expect(stagesOf(event(100, 1103, 1060, -1920), hops)).toEqual({ toBroker: 3, toPod: 7, toBrowser: 20 });
  expect(stagesOf(event(100, 1099, 1060, -1920), hops).toBroker).toBe(0);
});

test('a payload without a time of production leaves the first stage unknown, and the others known', () => {
  expect(stagesOf(event(null, 103, 110, 130), noHopOffsets('a'))).toEqual({ toBroker: null, toPod: 7, toBrowser: 20 });
});

test('an event that came without its record has no stages', () => {
  const stages = stagesOf({ producedAtMs: 1, arrivedAtMs: 2 }, noHopOffsets('a'));
  expect(stages).toEqual({ toBroker: null, toPod: null, toBrowser: null });
});

test('each stage has its own quantiles, by the clocks of the pod that served the event', () => {
  const events = [1, 2, 3, 100].map((ms) => event(0, 1, 1 + ms, 1 + ms + 10));
  const hops = { toBrokerMs: 0, toPodMs: 0, toPageMs: 4 };
  expect(stageFigures(events, (pod) => (pod === 'a' ? hops : noHopOffsets(pod)))).toEqual({
    toBroker: { events: 4, latencyMsP50: 1, latencyMsP95: 1 },
    toPod: { events: 4, latencyMsP50: 2, latencyMsP95: 100 },
    toBrowser: { events: 4, latencyMsP50: 6, latencyMsP95: 6 },
  });
  expect(stageFigures([], noHopOffsets)).toBe(NO_STAGE_FIGURES);
});

test('a stage that no event tells of has no figure', () => {
  expect(stageFigures([event(null, 1, 2, 3)], noHopOffsets).toBroker).toEqual({
    events: 0,
    latencyMsP50: null,
    latencyMsP95: null,
  });
});
