import { type AsyncHook, createHook } from 'node:async_hooks';
import type { LaneAccount } from './lane-ledger.ts';

/** The hook goes when no lane has been served for this long: it slows every promise of the process a little. */
const IDLE_MS = 10_000;

interface Slice {
  readonly startedAtMs: number;
  /** Spent in slices within this one, which are accounted for themselves. */
  innerMs: number;
}

/**
 * Says how long the main thread has worked for each lane: Node tells when a callback or a promise job begins and ends
 * (`async_hooks`), and the asynchronous context says for whose request it ran. It is time on the thread, so a
 * neighbour on the same core is in it; reading from Kafka, garbage collection and the kernel's own work are not.
 */
export class WorkMeter {
  readonly #currentAccount: () => LaneAccount | undefined;
  readonly #nowMs: () => number;
  readonly #hook: AsyncHook;
  readonly #slices: Slice[] = [];
  #isOn = false;
  #usedAtMs = 0;

  constructor(currentAccount: () => LaneAccount | undefined, nowMs: () => number = () => performance.now()) {
    this.#currentAccount = currentAccount;
    this.#nowMs = nowMs;
    this.#hook = createHook({ before: () => this.#begin(), after: () => this.#end(this.#currentAccount()) });
  }

  /** A lane is being served: measures from now on. */
  use(): void {
    this.#usedAtMs = this.#nowMs();
    if (this.#isOn) return;
    this.#isOn = true;
    this.#hook.enable();
  }

  /** Ends measuring once no lane has been served for a while; called now and then. */
  rest(): void {
    if (!this.#isOn || this.#nowMs() - this.#usedAtMs < IDLE_MS) return;
    this.#isOn = false;
    this.#hook.disable();
    this.#slices.length = 0;
  }

  /** Runs work for a lane that is done in the context of something else, such as a batch of records. */
  run(account: LaneAccount, work: () => void): void {
    if (!this.#isOn) {
      work();
      return;
    }
    this.#begin();
    try {
      work();
    } finally {
      this.#end(account);
    }
  }

  #begin(): void {
    this.#slices.push({ startedAtMs: this.#nowMs(), innerMs: 0 });
  }

  /** Without a slice: the hook was switched on within this callback. */
  #end(account: LaneAccount | undefined): void {
    const slice = this.#slices.pop();
    if (slice === undefined) return;
    const tookMs = this.#nowMs() - slice.startedAtMs;
    const outer = this.#slices.at(-1);
    if (outer !== undefined) outer.innerMs += tookMs;
    if (account !== undefined) account.busyMs += tookMs - slice.innerMs;
  }
}
