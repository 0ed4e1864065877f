import { expect, test } from 'vitest';
import { TrafficMeter } from './traffic-meter.ts';

const told = (pod: string, bytes: number) => ({ pod, bytes, busyMs: null });

test('what has come since a pod has told is counted once, by the pod itself as soon as it tells again', () => {
  const meter = new TrafficMeter();
  meter.received(100);
  expect(meter.traffic().bytes).toBe(100);
  meter.told(told('a', 120));
  meter.received(30);
  expect(meter.traffic().bytes).toBe(150);
  meter.told(told('a', 155));
  expect(meter.traffic().bytes).toBe(155);
});

test('what one pod tells says nothing of what has come from another', () => {
  const meter = new TrafficMeter();
  for (let round = 0; round < 3; round += 1) {
    for (const pod of ['a', 'b']) {
      meter.told(told(pod, 300 * round));
      meter.received(300, pod);
    }
  }
  expect(meter.traffic().bytes).toBe(1_800);
});

test('what came over a stream that is over stays counted when the next one is another pod’s', () => {
  const meter = new TrafficMeter();
  meter.told(told('a', 500));
  meter.received(40);
  meter.left('a');
  meter.received(10);
  meter.told(told('b', 25));
  expect(meter.traffic().bytes).toBe(565);
  meter.told(told('a', 541));
  expect(meter.traffic().bytes).toBe(566);
});

test('a pod that is started again counts from 0, and what it told before stays', () => {
  const meter = new TrafficMeter();
  meter.told({ pod: 'a', bytes: 900, busyMs: 7 });
  expect(meter.told({ pod: 'a', bytes: 100, busyMs: 1 })).toBe(100);
  expect(meter.traffic()).toMatchObject({ bytes: 1_000, serverBusyMs: 8 });
});
