/** A gate that opens while it is this tab's turn. */
export class Turn {
  #isMine = false;
  readonly #waiting = new Set<() => void>();

  get isMine(): boolean {
    return this.#isMine;
  }

  begin(): void {
    this.#isMine = true;
    for (const enter of this.#waiting) enter();
    this.#waiting.clear();
  }

  end(): void {
    this.#isMine = false;
  }

  /** @throws the reason of `signal` if it ends before */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isMine) return;
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(enter);
        reject(signal.reason);
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.add(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
