import { STATUS_EVERY_MS } from '../../protocol/control.ts';

export interface StatusTellerOptions {
  readonly tell: () => Promise<unknown>;
  /** Hears that it is not told, once until it is told again. */
  readonly onTrouble: (error: unknown) => void;
}

/** Tells once a second, one after the other: while the record log is away nothing piles up. */
export class StatusTeller {
  readonly #options: StatusTellerOptions;
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> | undefined;
  #isInTrouble = false;

  constructor(options: StatusTellerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      if (this.#telling === undefined) void this.#tell();
    }, STATUS_EVERY_MS);
    void this.#tell();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** What is so now, after what is being told. Never throws. */
  async tellNow(): Promise<void> {
    await this.#telling;
    await this.#tell();
  }

  #tell(): Promise<void> {
    const telling = this.#tryToTell().finally(() => {
      if (this.#telling === telling) this.#telling = undefined;
    });
    this.#telling = telling;
    return telling;
  }

  async #tryToTell(): Promise<void> {
    try {
      await this.#options.tell();
      this.#isInTrouble = false;
    } catch (error) {
      if (!this.#isInTrouble) this.#options.onTrouble(error);
      this.#isInTrouble = true;
    }
  }
}
