/**
 * Browsers allow six HTTP/1.1 connections per origin, over all tabs together. All tabs of Feedline keep one of them
 * free, for pages, polls that do not wait, and lists; so at most this many are held for long at once.
 */
const HELD_CONNECTIONS_MAX = 5;

/** As much of Web Locks as is used. Source: https://w3c.github.io/web-locks/ */
export type LockManagerLike = Pick<LockManager, 'request'>;

export interface ConnectionPermits {
  /**
   * Resolves once a connection may be held, which is until `signal` ends. `onWaiting` is called where that is not at
   * once.
   *
   * @throws the reason of `signal` where it ends before
   */
  take(signal: AbortSignal, onWaiting?: () => void): Promise<void>;
}

const NAMES = Array.from({ length: HELD_CONNECTIONS_MAX }, (_, index) => `feedline-connection-${index}`);

/** Where there are no Web Locks (a page that is not served over HTTPS) tabs know nothing of each other: all may. */
function createConnectionPermits(locks: LockManagerLike | undefined): ConnectionPermits {
  return {
    async take(signal, onWaiting) {
      signal.throwIfAborted();
      if (locks === undefined) return;
      for (const name of NAMES) {
        if (await takeIfFree(locks, name, signal)) return;
      }
      signal.throwIfAborted();
      onWaiting?.();
      await takeFirst(locks, signal);
    },
  };
}

/** The permits of this origin. */
export const connectionPermits = createConnectionPermits(globalThis.navigator?.locks);

/** Held until `signal` ends. */
function untilEnd(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function takeIfFree(locks: LockManagerLike, name: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : untilEnd(signal);
      })
      .catch(reject);
  });
}

/** Queues for all of them: whichever comes first is kept, and the others are left. */
async function takeFirst(locks: LockManagerLike, signal: AbortSignal): Promise<void> {
  const others = new AbortController();
  const queued = AbortSignal.any([signal, others.signal]);
  await new Promise<void>((resolve, reject) => {
    let isTaken = false;
    for (const name of NAMES) {
      locks
        .request(name, { signal: queued }, () => {
          // One that was granted in the same moment as another is given back at once.
          if (isTaken) return undefined;
          isTaken = true;
          resolve();
          others.abort();
          return untilEnd(signal);
        })
        .catch((error: unknown) => {
          if (!others.signal.aborted) reject(signal.aborted ? signal.reason : error);
        });
    }
  });
}
