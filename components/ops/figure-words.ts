import { formatCount, formatMs, formatSeconds } from '#lib/client/format.ts';

/** How far behind, in words. */
export function lagWords(lagRecords: number | null): string {
  return lagRecords === null ? '–' : `${formatCount(lagRecords)} ${lagRecords === 1 ? 'record' : 'records'}`;
}

/** How long ago; the second is enough. */
export function ageWords(ageMs: number | null): string {
  return ageMs === null ? '–' : `${formatSeconds(ageMs)} ago`;
}

/** Of a main thread: less than a millisecond is nothing. */
export function delayWords(delayMs: number): string {
  return delayMs < 1 ? '< 1 ms' : formatMs(delayMs);
}
