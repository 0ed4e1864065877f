import { type FaultOutcome, POD_SILENT_MS, type PodStatus } from '#lib/protocol/control.ts';

/** How long a pod is shown that is gone, ms. */
const GONE_SHOWN_MS = 60_000;
const OUTCOMES_MAX = 50;

/** A pod as a page knows it. */
export interface PodView extends PodStatus {
  /** It was killed, or nothing was heard of it for `POD_SILENT_MS` though something would have come through. */
  readonly isGone: boolean;
  /** By the page's clock, ms since 1970. */
  readonly lastSeenAtMs: number;
  /** How often it was started again since this page has heard of it: that may take less time than to notice its silence. */
  readonly restarts: number;
}

/** A page that hears pods. */
export interface Listening {
  readonly sinceMs: number;
  /** The silence after which a pod is gone, ms. */
  readonly silentMs: number;
}

/** What is known of all pods, made of what they tell. The time is a parameter. */
export class PodsModel {
  readonly #pods = new Map<string, PodView>();
  #outcomes: readonly FaultOutcome[] = [];

  /** Newest first, each state of an order once. */
  get outcomes(): readonly FaultOutcome[] {
    return this.#outcomes;
  }

  /** @param isStored whether it was told before this page began to listen: then only the pod's clock says when */
  heardStatus(status: PodStatus, nowMs: number, isStored = false): void {
    const before = this.#pods.get(status.pod);
    const laterMs = before === undefined ? 0 : status.startedAtMs - before.startedAtMs;
    // It has taken the longer way, and is of a process that is gone.
    if (laterMs < 0) return;
    const restarts = (before?.restarts ?? 0) + (laterMs > 0 ? 1 : 0);
    const lastSeenAtMs = isStored ? Math.min(status.atMs, nowMs) : nowMs;
    this.#pods.set(status.pod, { ...status, restarts, lastSeenAtMs, isGone: nowMs - lastSeenAtMs > POD_SILENT_MS });
  }

  heardOutcome(outcome: FaultOutcome): void {
    if (this.#outcomes.some(({ id, state }) => id === outcome.id && state === outcome.state)) return;
    this.#outcomes = [outcome, ...this.#outcomes].slice(0, OUTCOMES_MAX);
    const { fault, state } = outcome;
    // It may be back before its silence could be noticed.
    if (fault.kind === 'kill-pod' && state === 'begun') this.#setGone(fault.pod);
  }

  /**
   * Looks for pods that are gone, and forgets those that are for long.
   *
   * @param listening how what a pod tells would have been heard; null while it would not
   */
  look(nowMs: number, listening: Listening | null): void {
    for (const [name, pod] of this.#pods) {
      if (nowMs - pod.lastSeenAtMs > GONE_SHOWN_MS) this.#pods.delete(name);
      else if (!pod.isGone && isSilent(pod, nowMs, listening)) this.#setGone(name);
    }
  }

  #setGone(name: string): void {
    const pod = this.#pods.get(name);
    if (pod !== undefined) this.#pods.set(name, { ...pod, isGone: true });
  }

  /** In the order of their names. */
  pods(): readonly PodView[] {
    return [...this.#pods.values()].sort((a, b) => a.pod.localeCompare(b.pod, 'en', { numeric: true }));
  }
}

function isSilent({ lastSeenAtMs }: PodView, nowMs: number, listening: Listening | null): boolean {
  return listening !== null && nowMs - Math.max(lastSeenAtMs, listening.sinceMs) > listening.silentMs;
}
