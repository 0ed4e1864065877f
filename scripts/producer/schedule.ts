/**
 * When records are due. It goes by the time since its start, so a late tick is made up for by the next one and nothing
 * drifts. Pure: the caller brings the time.
 */
export interface Schedule {
  /** How many are due at `nowMs`; they count as taken. The first is due at the start. */
  take(nowMs: number): number;
  /** Milliseconds from `nowMs` until the next one is due; 0 when it is already. */
  untilNextMs(nowMs: number): number;
  /** Begins anew: what was due until now is forgotten. */
  restart(nowMs: number): void;
}
