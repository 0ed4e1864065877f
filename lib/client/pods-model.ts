import { type FaultOutcome, POD_SILENT_MS, type PodStatus } from '#lib/protocol/control.ts';

/** How long a pod is shown that is gone, ms. */
const GONE_SHOWN_MS = 60_000;
const OUTCOMES_MAX = 50;

/** A pod as a page knows it. */
export interface PodView extends PodStatus {
  /** Nothing was heard of it for `POD_SILENT_MS`, though something would have come through. */
  readonly isGone: boolean;
  /** By the page's clock, ms since 1970. */
  readonly lastSeenAtMs: number;
}

/** What is known of all pods, made of what they tell. The time is a parameter. */
export class PodsModel {
  readonly #pods = new Map<string, PodView>();
  #outcomes: readonly FaultOutcome[] = [];
  #heardAtMs = Number.NEGATIVE_INFINITY;

  /** Newest first, each state of an order once. */
  get outcomes(): readonly FaultOutcome[] {
    return this.#outcomes;
  }

  /** When a pod was last heard of; minus infinity before. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** @param isStored whether it was told before this page began to listen: then only the pod's clock says when */
  heardStatus(status: PodStatus, nowMs: number, isStored = false): void {
    const lastSeenAtMs = isStored ? Math.min(status.atMs, nowMs) : nowMs;
    this.#heardAtMs = Math.max(this.#heardAtMs, lastSeenAtMs);
    this.#pods.set(status.pod, { ...status, lastSeenAtMs, isGone: nowMs - lastSeenAtMs > POD_SILENT_MS });
  }

  heardOutcome(outcome: FaultOutcome): void {
    if (this.#outcomes.some(({ id, state }) => id === outcome.id && state === outcome.state)) return;
    this.#outcomes = [outcome, ...this.#outcomes].slice(0, OUTCOMES_MAX);
  }

  /**
   * Looks for pods that are gone, and forgets those that are for long.
   *
   * @param listeningSinceMs since when what a pod tells would have been heard; null while it would not
   */
  look(nowMs: number, listeningSinceMs: number | null): void {
    for (const [name, pod] of this.#pods) {
      if (nowMs - pod.lastSeenAtMs > GONE_SHOWN_MS) this.#pods.delete(name);
      else if (!pod.isGone && isSilent(pod, nowMs, listeningSinceMs)) this.#pods.set(name, { ...pod, isGone: true });
    }
  }

  /** In the order of their names. */
  pods(): readonly PodView[] {
    return [...this.#pods.values()].sort((a, b) => a.pod.localeCompare(b.pod, 'en', { numeric: true }));
  }
}

function isSilent({ lastSeenAtMs }: PodView, nowMs: number, listeningSinceMs: number | null): boolean {
  return listeningSinceMs !== null && nowMs - Math.max(lastSeenAtMs, listeningSinceMs) > POD_SILENT_MS;
}
