import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANNOUNCE_MS, createAnnouncer } from './announcer.ts';

describe('the announcer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says at most one thing in a time, and of what comes too fast the newest', async () => {
    const { text, announce } = createAnnouncer();
    for (const words of ['one', 'two', 'three']) announce(words);
    expect(text.getState()).toBe('one');
    await vi.advanceTimersByTimeAsync(ANNOUNCE_MS - 1);
    expect(text.getState()).toBe('one');
    await vi.advanceTimersByTimeAsync(1);
    expect(text.getState()).toBe('three');
  });

  it('says the same again by another text that sounds alike, since one that stays is not read', async () => {
    const { text, announce } = createAnnouncer();
    const said: string[] = [];
    text.subscribe((words) => said.push(words));
    for (let times = 0; times < 3; times += 1) {
      announce('connected');
      await vi.advanceTimersByTimeAsync(ANNOUNCE_MS);
    }
    expect(said).toHaveLength(3);
    expect(said.map((words) => words.trim())).toEqual(['connected', 'connected', 'connected']);
    expect(said[1]).not.toBe(said[0]);
    expect(said[2]).not.toBe(said[1]);
  });
});
