import { setTimeout as delay } from 'node:timers/promises';

/** One run of a broker of the demo's own, from a start to its end. */
export interface BrokerRun {
  /** Whom it is killed as, for people: "PID 1234". */
  readonly place: string;
  /** Resolves with the reason and the last log lines when it has ended. */
  readonly exited: Promise<string>;
  /** SIGKILL, as a power cut would; done when it is gone. Its data stays. */
  readonly crash: () => Promise<void>;
  /** Starts it again on its port and data. */
  readonly startAgain: () => Promise<BrokerRun>;
  /** Ends it, and removes its data. */
  readonly stop: () => Promise<void>;
  /** The same, at once. */
  readonly kill: () => Promise<void>;
}

/** A broker that the demo has started itself, and so may kill on purpose. */
export class OwnBroker {
  /** Resolves with the reason when it ends otherwise, or cannot be started again. */
  readonly exited: Promise<string>;
  readonly #ending = new AbortController();
  #run: BrokerRun;
  /** The one that was killed on purpose last. */
  #crashed: BrokerRun | undefined;
  #outage: Promise<void> | undefined;
  #giveUp: (reason: string) => void = () => undefined;

  constructor(run: BrokerRun) {
    this.#run = run;
    this.exited = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
    this.#watch(run);
  }

  get place(): string {
    return this.#run.place;
  }

  get isAway(): boolean {
    return this.#outage !== undefined;
  }

  /**
   * Kills it, and starts it again after so long; done when it answers.
   *
   * @throws Error where it is away already, or does not come back: then it has ended for good
   */
  async beAwayFor(forMs: number): Promise<void> {
    if (this.#outage !== undefined) throw new Error('The broker is away already');
    this.#outage = this.#crashAndStart(forMs);
    try {
      await this.#outage;
    } finally {
      this.#outage = undefined;
    }
  }

  async stop(): Promise<void> {
    await this.#end();
    await this.#run.stop();
  }

  async kill(): Promise<void> {
    await this.#end();
    await this.#run.kill();
  }

  /** One that is just being started is waited for: only then it can be ended. */
  async #end(): Promise<void> {
    this.#ending.abort();
    await this.#outage?.catch(() => undefined);
  }

  async #crashAndStart(forMs: number): Promise<void> {
    const { signal } = this.#ending;
    this.#crashed = this.#run;
    await this.#run.crash();
    await delay(forMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new Error('The demo ends');
    try {
      this.#run = await this.#run.startAgain();
    } catch (error) {
      this.#giveUp((error as Error).message);
      throw error;
    }
    this.#watch(this.#run);
  }

  #watch(run: BrokerRun): void {
    void run.exited.then((reason) => {
      if (run !== this.#crashed) this.#giveUp(reason);
    });
  }
}
