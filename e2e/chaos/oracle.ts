/** What a client's list lacks, has too often or has in the wrong place, measured against what it should be. */
export interface Judgement {
  readonly missing: number;
  readonly repeated: number;
  /** Came behind something that stands behind it. */
  readonly outOfOrder: number;
  /** Was never in the log. */
  readonly unknown: number;
  /** Where the two lists part for the first time, in both; undefined where they are equal. */
  readonly partsAt: number | undefined;
}

/**
 * Compares two lists of identities. What is equal is told apart by how often it has come: a record that the log holds
 * twice is due twice.
 */
export function judge(expected: readonly string[], delivered: readonly string[]): Judgement {
  const known = new Set(expected);
  const place = new Map(numbered(expected).map((identity, index) => [identity, index]));
  const seen = new Set<number>();
  let highest = -1;
  let [repeated, outOfOrder, unknown] = [0, 0, 0];
  for (const [index, identity] of numbered(delivered).entries()) {
    const at = place.get(identity);
    if (at === undefined) {
      if (known.has(delivered[index] ?? '')) repeated += 1;
      else unknown += 1;
      continue;
    }
    seen.add(at);
    if (at < highest) outOfOrder += 1;
    highest = Math.max(highest, at);
  }
  return {
    missing: expected.length - seen.size,
    repeated,
    outOfOrder,
    unknown,
    partsAt: partingOf(expected, delivered),
  };
}

const AROUND = 3;
const TEXT_MAX_CHARS = 72;

/** Both lists around the place where they part, for people. */
export function neighbourhood(expected: readonly string[], delivered: readonly string[], at: number): string {
  const side = (list: readonly string[]): string =>
    list
      .slice(Math.max(0, at - AROUND), at + AROUND + 1)
      .map((identity, offset) => {
        const index = Math.max(0, at - AROUND) + offset;
        return `    ${index === at ? '>' : ' '} ${index}: ${identity.replaceAll('\n', ' ').slice(0, TEXT_MAX_CHARS)}`;
      })
      .join('\n') || '      (nothing)';
  return `  expected, ${expected.length} in all:\n${side(expected)}\n  received, ${delivered.length} in all:\n${side(delivered)}`;
}

function numbered(list: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return list.map((identity) => {
    const count = (counts.get(identity) ?? 0) + 1;
    counts.set(identity, count);
    return `${count} ${identity}`;
  });
}

function partingOf(expected: readonly string[], delivered: readonly string[]): number | undefined {
  const length = Math.max(expected.length, delivered.length);
  for (let index = 0; index < length; index += 1) if (expected[index] !== delivered[index]) return index;
  return undefined;
}
