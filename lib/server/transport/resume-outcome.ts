import type { Began, BeginRequest } from '../hub/begin.ts';
import type { Reader } from '../hub/reader.ts';

/**
 * What a client that came back with its cursor was given: all that it had missed, from memory or read back from Kafka;
 * a gap; or that its feed is over.
 */
export const RESUME_OUTCOMES = ['ring', 'history', 'gap', 'ended'] as const;
export type ResumeOutcome = (typeof RESUME_OUTCOMES)[number];

/** To be asked as soon as the reader has been made. Undefined where the client had no cursor: that is no resume. */
export function resumeOutcomeOf({ begin }: BeginRequest, { start }: Began, reader: Reader): ResumeOutcome | undefined {
  if (begin.at !== 'cursor') return undefined;
  if (start.gap !== undefined) return 'gap';
  return reader.isCatchingUp ? 'history' : 'ring';
}
