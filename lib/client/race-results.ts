import type { RaceRun } from './race.ts';
import type { LaneResult } from './verdict.ts';

/** What every lane that is on has come to. */
export function resultsOf({ lanes }: Pick<RaceRun, 'lanes'>): readonly LaneResult[] {
  return [...lanes].flatMap(([name, feed]): LaneResult[] => {
    const { figures, traffic, connection } = feed.state.getState();
    const { closeReason } = connection;
    return closeReason === 'stopped' ? [] : [{ name, figures, traffic, hasFailed: closeReason === 'failed' }];
  });
}
