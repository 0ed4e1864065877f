/**
 * The feeds of the compare page ("the race"). The demo's producer writes them all the time, and the page knows what to
 * expect of them: a lane can only be judged against traffic that is known.
 */
export const RACE_FEEDS = { steady: 'race-steady', bursts: 'race-bursts', quiet: 'race-quiet' } as const;

/** A kind of traffic. */
export type Traffic = keyof typeof RACE_FEEDS;

/** What each feed carries, while the record log takes it. */
export const RACE_TRAFFIC = {
  /** Evenly. */
  steady: { perSecond: 10 },
  /** `events` records, evenly within `burstMs`, then nothing for `silenceMs`, again and again. */
  bursts: { events: 30, burstMs: 600, silenceMs: 6000 },
  /** One record, then nothing until `periodMs` have passed. */
  quiet: { periodMs: 60_000 },
} as const satisfies Record<Traffic, object>;
