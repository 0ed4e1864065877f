import type { FaultOutcome, PodStatus } from '../../protocol/control.ts';

/** Pods waited for: nobody's demo has as many. */
const AWAITED_MAX = 100;

/** The pods that have told that they kill themselves, until they are back: who is dead cannot tell that it lives. */
export class Revivals {
  /** Pod → what it has told last of its death. */
  readonly #awaited = new Map<string, FaultOutcome>();

  heardOutcome(outcome: FaultOutcome): void {
    const { fault, by, state } = outcome;
    // Where somebody else has killed it, that one tells what has come of it.
    if (fault.kind !== 'kill-pod' || (state !== 'done' && by !== fault.pod)) return;
    this.#awaited.delete(fault.pod);
    if (state !== 'begun') return;
    this.#awaited.set(fault.pod, outcome);
    const [longestAgo] = this.#awaited.keys();
    if (this.#awaited.size > AWAITED_MAX && longestAgo !== undefined) this.#awaited.delete(longestAgo);
  }

  /** @returns what the pod has told of its death, where this is the first status of its next process that is ready */
  heardStatus({ pod, startedAtMs, ready }: Pick<PodStatus, 'pod' | 'startedAtMs' | 'ready'>) {
    const begun = this.#awaited.get(pod);
    // Its last status may have been under way while it died.
    if (begun === undefined || !ready || startedAtMs <= begun.atMs) return undefined;
    this.#awaited.delete(pod);
    return begun;
  }
}
