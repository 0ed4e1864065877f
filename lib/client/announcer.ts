import { createStore } from 'zustand/vanilla';
import { type Clock, systemClock } from './clock.ts';

/** At most one announcement in this time, in ms: a screen reader is not to be flooded. */
export const ANNOUNCE_MS = 5000;

/** Feeds the page's one `role="status"` region; of what comes too fast, the newest is said. */
export function createAnnouncer(clock: Clock = systemClock) {
  const text = createStore<string>(() => '');
  const never = new AbortController().signal;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  let pending: string | null = null;

  function sayPending(): void {
    if (pending === null) return;
    saidAtMs = clock.nowMs();
    // A text that has not changed is not read again; this change is not heard.
    text.setState(pending === text.getState() ? `${pending}\u00a0` : pending, true);
    pending = null;
  }

  function announce(words: string): void {
    const isPlanned = pending !== null;
    pending = words;
    if (isPlanned) return;
    const waitMs = saidAtMs + ANNOUNCE_MS - clock.nowMs();
    if (waitMs <= 0) sayPending();
    else clock.after(waitMs, never, sayPending);
  }

  return { text, announce };
}

/** The announcer of this page. */
export const announcer = createAnnouncer();
