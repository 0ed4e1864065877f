export interface SeqCounts {
  /** Events with a seq that were not seen before. */
  readonly received: number;
  /** Seqs that were jumped over and have not come since. */
  readonly missed: number;
  /** Events whose seq had come before. */
  readonly repeated: number;
  /** Events that came after a higher seq: holes filled late, and seqs from before the first one seen. */
  readonly outOfOrder: number;
}

interface Hole {
  readonly from: number;
  readonly to: number;
}

/** Holes that can still be filled; beyond it the oldest stay missed for good, so memory stays bounded. */
export const HOLES_MAX = 1000;

/**
 * Counts loss by the seqs of one feed. The first seq seen is the baseline: what came before it was not asked for. A
 * seq of 1 produced later than anything seen is a producer that began again, and makes a new baseline.
 */
export class SeqTracker {
  #next: number | null = null;
  #baseline = 0;
  #newestProducedAtMs = Number.NEGATIVE_INFINITY;
  /** In ascending order. */
  #holes: Hole[] = [];
  #received = 0;
  #missed = 0;
  #repeated = 0;
  #outOfOrder = 0;

  add(seq: number, producedAtMs: number | null): void {
    const isNewest = producedAtMs !== null && producedAtMs > this.#newestProducedAtMs;
    if (this.#next === null || (seq === 1 && isNewest)) {
      // Behind a rebase what was missing still is; a producer that began again counts anew.
      const holes = this.#next === null ? this.#holes.filter(({ to }) => to < seq) : [];
      this.begin(seq, null);
      this.#holes = holes;
      this.#received += 1;
    } else if (seq >= this.#next) this.#advance(this.#next, seq);
    else this.#lookBack(seq);
    if (isNewest) this.#newestProducedAtMs = producedAtMs;
  }

  /** This one was there before; what comes from now on follows it. */
  begin(seq: number, producedAtMs: number | null): void {
    this.#baseline = seq;
    this.#holes = [];
    this.#next = seq + 1;
    if (producedAtMs !== null) this.#newestProducedAtMs = producedAtMs;
  }

  /** What comes next is a new baseline: what lies between was not asked for. */
  rebase(): void {
    this.#next = null;
  }

  /** Whether this seq was jumped over and has not come since. */
  isMissing(seq: number): boolean {
    return this.#holes.some(({ from, to }) => from <= seq && seq <= to);
  }

  counts(): SeqCounts {
    return {
      received: this.#received,
      missed: this.#missed,
      repeated: this.#repeated,
      outOfOrder: this.#outOfOrder,
    };
  }

  #advance(expected: number, seq: number): void {
    if (seq > expected) {
      this.#missed += seq - expected;
      this.#holes.push({ from: expected, to: seq - 1 });
      if (this.#holes.length > HOLES_MAX) this.#holes.shift();
    }
    this.#next = seq + 1;
    this.#received += 1;
  }

  #lookBack(seq: number): void {
    const index = this.#holes.findIndex((hole) => hole.from <= seq && seq <= hole.to);
    const hole = this.#holes[index];
    if (hole === undefined && seq >= this.#baseline) {
      this.#repeated += 1;
      return;
    }
    if (hole !== undefined) {
      const rest = [
        { from: hole.from, to: seq - 1 },
        { from: seq + 1, to: hole.to },
      ];
      this.#holes.splice(index, 1, ...rest.filter(({ from, to }) => from <= to));
      this.#missed -= 1;
    }
    this.#received += 1;
    this.#outOfOrder += 1;
  }
}
