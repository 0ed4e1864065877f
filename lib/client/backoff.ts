/** The first back-off is at most this long, in ms; each further one may be twice as long. */
const BACKOFF_BASE_MS = 500;
/** No back-off is longer than this, in ms. */
export const BACKOFF_CAP_MS = 15_000;

/**
 * How long to wait before the next try, in ms: full jitter, that is anything between zero and the exponential limit,
 * so that the readers of a pod that died do not come back together.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param failures how many tries failed so far (0 = none yet)
 * @param random a number in [0, 1)
 */
export function backoffMs(failures: number, random: number): number {
  const limitMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(failures, 10));
  return Math.round(random * limitMs);
}
