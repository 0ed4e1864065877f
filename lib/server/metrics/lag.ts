import type { RecordLog } from '../record-log/port.ts';
import type { ReadingProgress } from './reading-progress.ts';

/** A record log that does not answer for so long does not say how far it goes, ms. */
const LAG_LIMIT_MS = 700;

/**
 * Records that are stored and that this pod has not read yet, by topic; null where the log does not say. Undefined where
 * it does not answer in time.
 */
export async function lagsOf(
  recordLog: RecordLog,
  progress: ReadingProgress,
): Promise<ReadonlyMap<string, number | null> | undefined> {
  const signal = AbortSignal.timeout(LAG_LIMIT_MS);
  const ask = async (topic: string) =>
    [topic, progress.lagRecords(topic, await recordLog.bounds(topic, signal))] as const;
  try {
    return new Map(await Promise.all(progress.topics.map(ask)));
  } catch {
    // That it is not connected is told beside it.
    return undefined;
  }
}
