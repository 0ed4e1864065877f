import { formatCount, formatMs, formatSeconds } from './format.ts';
import { type LaneView, MARKS_MAX, type RequestBar, TIMELINE_MS } from './lane-timeline.ts';
import type { LaneName } from './lanes.ts';
import { quantile } from './stats.ts';
import type { TimelineView } from './timeline.ts';
import { capitalised, LANE_WORDS } from './verdict.ts';

/** One lane of the picture in numbers. */
export interface LaneSummary {
  readonly events: number;
  /** All that touch the window, also those that are under way. */
  readonly requests: number;
  readonly empty: number;
  readonly failed: number;
  readonly missed: number;
  /** From production to arrival, of the half that is quicker. */
  readonly delayMsP50: number | null;
}

/** The picture in numbers. */
export interface TimelineSummary {
  readonly produced: number;
  readonly lanes: ReadonlyMap<LaneName, LaneSummary>;
}

export function summaryOf({ produced, lanes }: TimelineView): TimelineSummary {
  return {
    produced: produced.length,
    lanes: new Map([...lanes].map(([name, lane]): [LaneName, LaneSummary] => [name, laneSummaryOf(lane)])),
  };
}

function laneSummaryOf({ arrivals, requests, missed }: LaneView): LaneSummary {
  const delays = arrivals.map(({ delayMs }) => delayMs).filter((delayMs) => delayMs !== null);
  return {
    events: arrivals.length,
    requests: requests.length,
    empty: requests.filter(isEmpty).length,
    failed: requests.filter(({ state }) => state === 'failed').length,
    missed: missed.length,
    delayMsP50: quantile(
      delays.sort((a, b) => a - b),
      0.5,
    ),
  };
}

/** An answer that brought nothing. */
export function isEmpty({ state, events }: RequestBar): boolean {
  return state === 'answered' && events === 0;
}

/** One row: "38 events · 22 requests, 14 empty · 3 missed". */
export function rowWords({ events, requests, empty, failed, missed }: LaneSummary): string {
  const wasted = [empty > 0 && `${countWords(empty)} empty`, failed > 0 && `${countWords(failed)} failed`];
  const asked = [requests > 0 && countWords(requests, 'request'), ...wasted].filter(Boolean).join(', ');
  return [countWords(events, 'event'), asked, missed > 0 && `${countWords(missed)} missed`].filter(Boolean).join(' · ');
}

/** The picture for who cannot see it. */
export function timelineSentence({ produced, lanes }: TimelineSummary): string {
  const parts = [...lanes].map(([name, lane]) => {
    const delay = lane.delayMsP50 === null ? '' : `, half of them within ${formatMs(lane.delayMsP50)}`;
    return `${LANE_WORDS[name]}: ${rowWords(lane).replaceAll(' · ', ', ')}${delay}`;
  });
  const window = formatSeconds(TIMELINE_MS);
  return `In the last ${window}: ${countWords(produced, 'event')} produced. ${capitalised(parts.join('; '))}.`;
}

/** Of more marks than are kept the number is not known. */
export function countWords(count: number, noun = ''): string {
  const plural = noun === '' || count === 1 ? noun : `${noun}s`;
  return `${count >= MARKS_MAX ? 'over ' : ''}${formatCount(count)} ${plural}`.trimEnd();
}
