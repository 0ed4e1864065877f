/** Gives numbers from 0 to below 1. */
export type Random = () => number;

/** Mulberry32, seeded by a text: the same text gives the same numbers on every machine. */
export function seededRandom(seed: string): Random {
  let state = hash(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `from` to `to`, both included. */
export function wholeBetween(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** One of a list. @throws RangeError for an empty one */
export function pickFrom<T>(random: Random, list: readonly T[]): T {
  const index = Math.floor(random() * list.length);
  for (const item of list.slice(index, index + 1)) return item;
  throw new RangeError('There is nothing to pick from.');
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  return [...text].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);
}
