import type { RaceRun } from '#lib/client/race.ts';
import { NO_FIGURES } from '#lib/client/stats.ts';
import { NO_TRAFFIC } from '#lib/client/traffic-meter.ts';
import { type LaneResult, verdict } from '#lib/client/verdict.ts';

export const CONDITIONS_LOOK = 'wrap-anywhere text-ink-muted';
export const LIST_LOOK = 'mt-2 list-disc gap-x-10 pl-5 @4xl:columns-2';
export const SENTENCE_LOOK = 'mb-1 break-inside-avoid';
export const COUNT_LOOK = 'pt-2 text-xs text-ink-muted';

/** Numbers as long as a race of an hour makes them. */
const LONG_COUNT = 88_888;
const LONG_MS = 888;
const LONG_RACE_MS = 3_599_000;

/**
 * The longest that a verdict of this race is likely to be, unseen: the sentences change every few seconds, and what is
 * below them must not move. Its words are made by the stylesheet, so that nobody finds or hears them.
 */
export function ReservedVerdict({ run: { conditions, lanes } }: { readonly run: RaceRun }) {
  const results = [...lanes.keys()].map(longResult);
  const [first, ...sentences] = verdict(conditions, results, LONG_RACE_MS);
  return (
    <div aria-hidden="true" className="invisible select-none [&_[data-words]]:before:content-[attr(data-words)]">
      <p className={CONDITIONS_LOOK} data-words={first} />
      <ul className={LIST_LOOK}>
        {sentences.map((sentence) => (
          <li key={sentence} className={SENTENCE_LOOK} data-words={sentence} />
        ))}
      </ul>
      <p
        className={COUNT_LOOK}
        data-words="Stored since the start: over 88,888 events, counted 8,888 ms before the sentences above, so that a lane may be ahead of it."
      />
    </div>
  );
}

/** As quick as the others: that sentence is the longest. */
function longResult(name: LaneResult['name']): LaneResult {
  const isFoil = name === 'article';
  return {
    name,
    figures: {
      ...NO_FIGURES,
      events: LONG_COUNT,
      timedEvents: LONG_COUNT,
      missed: isFoil ? LONG_COUNT : 0,
      latencyMsP50: LONG_MS,
      latencyMsP95: LONG_MS,
    },
    traffic: { ...NO_TRAFFIC, requests: LONG_COUNT, emptyRoundTrips: name === 'poll' ? LONG_COUNT : 0 },
  };
}
