/** A part of the demo that runs. */
export interface RunningPart {
  readonly name: string;
  /** Resolves with the reason and the last log lines when it has ended. */
  readonly exited: Promise<string>;
  readonly stop: () => Promise<unknown>;
  readonly kill: () => Promise<unknown>;
}

/** All parts that run: they are ended together, the last started first, and one that ends by itself is a crash. */
export class Running {
  readonly #parts: RunningPart[] = [];
  #isEnding = false;
  #reportCrash: (reason: string) => void = () => undefined;

  /** Resolves when a part ends without having been told to. */
  readonly crashed = new Promise<string>((resolve) => {
    this.#reportCrash = resolve;
  });

  add(part: RunningPart): void {
    this.#parts.push(part);
    void part.exited.then((reason) => {
      if (!this.#isEnding) this.#reportCrash(`The ${part.name} ended by itself: ${reason}`);
    });
  }

  /** Ends the producer, then the balancer, then the pods, then the record log. */
  async stopAll(): Promise<void> {
    this.#isEnding = true;
    for (const part of this.#parts.toReversed()) await part.stop();
  }

  /** Ends everything at once. */
  async killAll(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#parts.map((part) => part.kill()));
  }
}
