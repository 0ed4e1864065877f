import { GapReason } from '../../protocol/constants.ts';
import { Counts } from '../counts.ts';
import { Durations } from './durations.ts';

/** What the feeds and readers of a hub have counted; read by whoever tells it. */
export class HubTally {
  /** Gaps that readers were told, by reason. */
  readonly gaps = new Counts(Object.values(GapReason));
  /** From taking an event until it was written to every reader that had room for it. */
  readonly delivery = new Durations();
  /** From a record's own timestamp until it was taken: two clocks. */
  readonly recordAge = new Durations();
}
