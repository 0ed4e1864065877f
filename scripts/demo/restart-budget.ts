/** What was of use for less than this did not end by chance. */
export const QUICK_END_MS = 2000;
/** So many quick ends in a row, and starting it again would only hide what is wrong. */
export const QUICK_ENDS_MAX = 5;

/** Says whether something that has ended may be started again. */
export class RestartBudget {
  #quickEnds = 0;

  /** @param usefulMs from being ready to its end; 0 where it never was ready */
  mayRestart(usefulMs: number): boolean {
    this.#quickEnds = usefulMs < QUICK_END_MS ? this.#quickEnds + 1 : 0;
    return this.#quickEnds < QUICK_ENDS_MAX;
  }
}
