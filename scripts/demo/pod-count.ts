/** What people may have when they ask for nothing: the least that shows what a second pod changes. */
const DEFAULT_PODS = 2;

export interface PodCount {
  readonly count: number;
  /** Why so many, for people. */
  readonly why: string;
}

/**
 * How many pods the demo starts.
 *
 * @param asked `undefined` where nothing was said
 * @param isShared whether all pods read the same records
 */
export function podCount(asked: number | undefined, isShared: boolean): PodCount {
  if (isShared) {
    if (asked !== undefined) return { count: asked, why: '--pods says so' };
    return { count: DEFAULT_PODS, why: 'Kafka is real; --pods 1 for one' };
  }
  const why = 'each pod would have an in-process log of its own';
  return { count: 1, why: asked !== undefined && asked > 1 ? `not ${asked}, since ${why}` : why };
}
