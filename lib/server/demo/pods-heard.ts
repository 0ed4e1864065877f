import type { PodAbility, PodStatus } from '../../protocol/control.ts';

/** For how long a pod is remembered that tells nothing any more while others do, ms. */
const REMEMBERED_MS = 10_000;
/** Pods remembered: nobody's demo has as many. */
const PODS_MAX = 100;

interface Heard {
  readonly abilities: readonly PodAbility[];
  readonly atMs: number;
}

/**
 * The pods that have told their status over the control topic a moment ago. A moment before the last thing heard: while
 * this pod itself hears nothing (its consumer is stopped, Kafka is away), the others are no less there.
 */
export class PodsHeard {
  readonly #pods = new Map<string, Heard>();
  readonly #now: () => number;
  #lastHeardAtMs = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  heard({ pod, abilities }: Pick<PodStatus, 'pod' | 'abilities'>): void {
    this.#pods.delete(pod);
    this.#lastHeardAtMs = this.#now();
    this.#pods.set(pod, { abilities, atMs: this.#lastHeardAtMs });
    const [longestAgo] = this.#pods.keys();
    if (this.#pods.size > PODS_MAX && longestAgo !== undefined) this.#pods.delete(longestAgo);
  }

  /** What can be done to a pod; undefined where it was not heard of lately. */
  abilitiesOf(pod: string): readonly PodAbility[] | undefined {
    const heard = this.#pods.get(pod);
    return heard !== undefined && this.#lastHeardAtMs - heard.atMs < REMEMBERED_MS ? heard.abilities : undefined;
  }

  get names(): readonly string[] {
    return [...this.#pods.keys()].filter((pod) => this.abilitiesOf(pod) !== undefined);
  }
}
