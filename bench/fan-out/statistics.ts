/** Several runs' values of one figure. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
  return { median, min, max };
}

/** Whether nothing can be said of which one is more: some run of each lies among the other's. */
export function isOverlapping(a: Spread, b: Spread): boolean {
  return a.min <= b.max && b.min <= a.max;
}
