import type { LockManagerLike } from './connection-permits.ts';

const NAME = 'feedline-race';

export interface RaceLockHandlers {
  /** Takes it from the tab that has it. */
  readonly isStealing?: boolean;
  readonly onHeld: () => void;
  /** Another tab has it; `onHeld` follows when that one is done. */
  readonly onWaiting: () => void;
  /** Another tab took it. */
  readonly onLost: () => void;
}

/** Which of all tabs has the race. */
export interface RaceLock {
  /** Asks for it, and holds it until `signal` ends; after that no handler is called. */
  hold(signal: AbortSignal, handlers: RaceLockHandlers): void;
}

/** Where there are no Web Locks every tab races. */
function createRaceLock(locks: LockManagerLike | undefined): RaceLock {
  return {
    hold(signal, handlers) {
      if (locks === undefined) handlers.onHeld();
      else void hold(locks, signal, handlers);
    },
  };
}

/** The lock of this origin. */
export const raceLock = createRaceLock(globalThis.navigator?.locks);

async function hold(locks: LockManagerLike, signal: AbortSignal, handlers: RaceLockHandlers): Promise<void> {
  let isHeld = false;
  const keep = (): Promise<void> | undefined => {
    if (signal.aborted) return undefined;
    isHeld = true;
    handlers.onHeld();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  };
  try {
    if (handlers.isStealing) {
      // Stealing cannot be queued, nor called off (Web Locks, section 3.4).
      await locks.request(NAME, { steal: true }, keep);
      return;
    }
    const wasFree = await locks.request(NAME, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await keep();
      return lock !== null;
    });
    if (wasFree || signal.aborted) return;
    handlers.onWaiting();
    await locks.request(NAME, { signal }, keep);
  } catch (error) {
    if (signal.aborted) return;
    if (!isHeld) throw error;
    handlers.onLost();
  }
}
