import { describe, expect, test } from 'vitest';
import { DOWN_MS, PodRotation } from '#scripts/balancer/pod-rotation.ts';

const PODS = ['a', 'b', 'c'];

const firsts = (rotation: PodRotation, count: number, nowMs: number) =>
  Array.from({ length: count }, () => rotation.next(PODS, nowMs)[0]);

describe('the rotation of pods', () => {
  test('begins with each pod in turn, and has all of them', () => {
    const rotation = new PodRotation();
    expect(rotation.next(PODS, 0)).toEqual(['a', 'b', 'c']);
    expect(rotation.next(PODS, 0)).toEqual(['b', 'c', 'a']);
    expect(rotation.next(PODS, 0)).toEqual(['c', 'a', 'b']);
    expect(rotation.next(PODS, 0)).toEqual(['a', 'b', 'c']);
  });

  test('puts a pod that has refused last for a while, and shares its turns evenly', () => {
    const rotation = new PodRotation();
    rotation.refused('a', 0);
    expect(firsts(rotation, 4, DOWN_MS - 1)).toEqual(['b', 'c', 'b', 'c']);
    expect(rotation.next(PODS, DOWN_MS - 1).at(-1)).toBe('a');
    expect(new Set(firsts(rotation, 3, DOWN_MS))).toEqual(new Set(PODS));
  });

  test('still tries pods that are all down, and says when there are none', () => {
    const rotation = new PodRotation();
    for (const pod of PODS) rotation.refused(pod, 0);
    expect(rotation.next(PODS, 1)).toEqual(PODS);
    expect(rotation.next([], 1)).toEqual([]);
  });

  test('follows pods that come and go', () => {
    const rotation = new PodRotation();
    rotation.next(PODS, 0);
    expect(rotation.next(['z'], 0)).toEqual(['z']);
  });
});
