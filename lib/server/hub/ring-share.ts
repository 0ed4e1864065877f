/**
 * How much each ring may keep so that all of them together keep at most `totalBytes`: the smaller ones stay as they are,
 * and the largest are cut to one size.
 */
export function ringShare(ringBytes: readonly number[], totalBytes: number): number {
  const ascending = [...ringBytes].sort((a, b) => a - b);
  let leftBytes = totalBytes;
  for (const [index, bytes] of ascending.entries()) {
    const share = leftBytes / (ascending.length - index);
    if (bytes > share) return Math.floor(share);
    leftBytes -= bytes;
  }
  return Number.POSITIVE_INFINITY;
}
