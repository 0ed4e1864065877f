import { type Deferred, deferred } from '../deferred.ts';

/** Stops reading on purpose, and lets it go on. */
export class PauseSwitch {
  /** Ended while it is paused. */
  #running = new AbortController();
  #resumed: Deferred<void> | undefined;

  /** Ends at the next pause; ended while it is paused. */
  get signal(): AbortSignal {
    return this.#running.signal;
  }

  get isPaused(): boolean {
    return this.#resumed !== undefined;
  }

  /** @returns its undo, which may be called twice. @throws Error where it is paused already */
  pause(): () => void {
    if (this.#resumed !== undefined) throw new Error('Reading is stopped on purpose already.');
    const resumed = deferred<void>();
    this.#resumed = resumed;
    this.#running.abort();
    return () => {
      if (this.#resumed !== resumed) return;
      this.#resumed = undefined;
      this.#running = new AbortController();
      resumed.resolve();
    };
  }

  /** Resolves once it is not paused, or when `signal` ends. */
  async untilRunning(signal: AbortSignal): Promise<void> {
    if (this.#resumed === undefined || signal.aborted) return;
    const ended = deferred<void>();
    const end = (): void => ended.resolve();
    signal.addEventListener('abort', end, { once: true });
    await Promise.race([this.#resumed.promise, ended.promise]);
    signal.removeEventListener('abort', end);
  }
}
