import {
  type ConnectionFault,
  type ConnectionFaultKind,
  lastsUntilMs,
  latestStrikeMs,
} from '../../protocol/connection-fault.ts';

/** "Never", for what a fault switches off: far longer than any connection lives, and short enough for a timer. */
const NEVER_MS = 86_400_000;

/** What a stream is opened with instead of the server's settings, ms. */
export interface StreamTerms {
  readonly pingMs?: number;
  readonly maxAgeMs?: number;
}

/** What the faults in a connection's URL come to, from when it is opened. Pure: every time is a parameter. */
export class FaultPlan {
  readonly #faults: readonly ConnectionFault[];
  readonly #openedAtMs: number;
  #slowUntilMs = 0;

  constructor(faults: readonly ConnectionFault[], openedAtMs: number) {
    this.#faults = faults;
    this.#openedAtMs = openedAtMs;
  }

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** Whether it is answered 503 as it is opened. */
  get isRefused(): boolean {
    return this.#lasting('refuse', this.#openedAtMs) !== undefined;
  }

  /** Whether what the client says about where it was is not heeded. */
  get losesCursor(): boolean {
    return this.#lasting('lose-cursor', this.#openedAtMs) !== undefined;
  }

  get terms(): StreamTerms {
    const pings = this.#lasting('pings', this.#openedAtMs);
    const rotation = this.#lasting('rotation', this.#openedAtMs);
    return {
      ...(pings !== undefined && { pingMs: pings.value || NEVER_MS }),
      ...(rotation !== undefined && { maxAgeMs: rotation.value || NEVER_MS }),
    };
  }

  /** Silence after which it is cut, ms. */
  get idleCutMs(): number | undefined {
    return this.#lasting('idle-cut', this.#openedAtMs)?.value;
  }

  /** Age at which it is cut, ms. */
  get ageCutMs(): number | undefined {
    return this.#lasting('age-cut', this.#openedAtMs)?.value;
  }

  /** How long something that the server writes now is on its way, ms. */
  delayMs(sizeBytes: number, nowMs: number): number {
    const delayMs = this.#lasting('delay', nowMs)?.value ?? 0;
    const stallMs = Math.max(0, ...this.#each('stall').map((fault) => (lastsUntilMs(fault, nowMs) ?? nowMs) - nowMs));
    return Math.max(delayMs, stallMs, this.#slowMs(sizeBytes, nowMs));
  }

  /** What cuts it at an event that leaves now. */
  dropDue(nowMs: number): 'mid-event' | 'between-events' | undefined {
    const isDue = (kind: ConnectionFaultKind): boolean =>
      this.#each(kind).some((fault) => (latestStrikeMs(fault, nowMs) ?? 0) > this.#openedAtMs);
    if (isDue('drop-mid-event')) return 'mid-event';
    return isDue('drop-between-events') ? 'between-events' : undefined;
  }

  /** One thing after the other, each at the speed of the slow client. */
  #slowMs(sizeBytes: number, nowMs: number): number {
    const slow = this.#lasting('slow-client', nowMs);
    if (slow === undefined) return 0;
    this.#slowUntilMs = Math.max(this.#slowUntilMs, nowMs) + (sizeBytes * 1000) / slow.value;
    return this.#slowUntilMs - nowMs;
  }

  #each(kind: ConnectionFaultKind): readonly ConnectionFault[] {
    return this.#faults.filter((fault) => fault.kind === kind);
  }

  #lasting(kind: ConnectionFaultKind, nowMs: number): ConnectionFault | undefined {
    return this.#each(kind).find((fault) => lastsUntilMs(fault, nowMs) !== null);
  }
}
