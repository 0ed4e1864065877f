/** How long a pod that has refused a connection is asked only when no other one answers. */
export const DOWN_MS = 1000;

/** Whose turn it is: round robin, without a memory of who asked. */
export class PodRotation {
  #turn = 0;
  readonly #downUntilMs = new Map<string, number>();

  /** All pods, in the order in which this request should try them. Those that are down come last. */
  next(pods: readonly string[], nowMs: number): string[] {
    for (const [pod, untilMs] of this.#downUntilMs) if (untilMs <= nowMs) this.#downUntilMs.delete(pod);
    const up = pods.filter((pod) => !this.#downUntilMs.has(pod));
    const down = pods.filter((pod) => this.#downUntilMs.has(pod));
    const first = up.length === 0 ? 0 : this.#turn % up.length;
    this.#turn += 1;
    return [...up.slice(first), ...up.slice(0, first), ...down];
  }

  /** A pod has refused a connection: not every request has to find that out. */
  refused(pod: string, nowMs: number): void {
    this.#downUntilMs.set(pod, nowMs + DOWN_MS);
  }
}
