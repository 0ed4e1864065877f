import { formatSeconds } from '../format.ts';
import { PresetError, type PresetHands, type PresetVerdict } from './preset.ts';

/** How often a connection is dropped, or an event published, at most, until chance has chosen another pod. */
const TRIES_MAX = 20;
/** Between two events that are to go to different pods, at most, ms. */
const STEP_MS = 300;
/** What is published while the connections are cut. */
const CUT_EVENTS = 5;

/** How fast a load balancer's clock runs. */
export type BalancerClock = 'fast' | 'real';

interface BalancerTimes {
  readonly cutMs: number;
  readonly pingMs: number;
  readonly rotationMs: number;
  /** How long it is watched that nothing is cut. */
  readonly watchMs: number;
}

const BALANCER_TIMES: Record<BalancerClock, BalancerTimes> = {
  fast: { cutMs: 4000, pingMs: 1000, rotationMs: 3000, watchMs: 12_000 },
  real: { cutMs: 180_000, pingMs: 5000, rotationMs: 150_000, watchMs: 400_000 },
};

export interface Preset {
  readonly name: string;
  readonly title: string;
  /** What it answers. */
  readonly about: string;
  /** The feed it needs: one that is written all the time, or one that nobody else writes. */
  readonly feed: 'steady' | 'own';
  /** It takes two pods. */
  readonly needsPods: boolean;
  /** It drops a connection, so that a way without a cursor loses events. */
  readonly isDropping: boolean;
  run(hands: PresetHands, clock: BalancerClock): Promise<PresetVerdict>;
}

/** The article's three questions, and the two ways in which load balancers cut. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'browser-drops',
    title: 'Browser drops while sending',
    about: 'The connection breaks in the middle of an event.',
    feed: 'steady',
    needsPods: false,
    isDropping: true,
    async run(hands) {
      await begin(hands);
      hands.say('Each connection breaks within the next event…');
      await hands.fault(['drop-mid-event', 0]);
      await hands.untilResumed();
      return hands.verdict(hands.resumeWords(), hands.articleWords());
    },
  },
  {
    name: 'event-elsewhere',
    title: 'Event lands on another pod',
    about: 'An event is given to one pod, and its reader is on another.',
    feed: 'own',
    needsPods: true,
    isDropping: false,
    async run(hands) {
      await hands.untilLive();
      hands.say('Publishing until another pod has taken an event…');
      let published = 0;
      let taker = hands.pod;
      while (taker === hands.pod && published < TRIES_MAX) {
        taker = await hands.publish();
        published += 1;
        // In step with the lanes' own requests, round robin would give each event to the same pod.
        await hands.rest(Math.random() * STEP_MS);
      }
      await hands.until('all of them are shown', () => hands.lane('sse').figures.events === published);
      if (taker === hands.pod) throw new PresetError('Only one pod has answered, so there is no other one.');
      const latency = hands.lane('sse').figures.latencyMsP95 ?? 0;
      return hands.verdict(
        `${taker} has taken the event, and the stream is on ${hands.pod}: shown within ${Math.round(latency)} ms, ${hands.missed} lost.`,
        'Every pod reads every record, so no pod has to know where a reader is.',
      );
    },
  },
  {
    name: 'reconnect-elsewhere',
    title: 'Reconnect lands on another pod',
    about: 'The connection breaks, and the load balancer sends the next one elsewhere.',
    feed: 'steady',
    needsPods: true,
    isDropping: true,
    async run(hands) {
      await begin(hands);
      const before = hands.pod;
      for (let tries = 1; hands.pod === before; tries += 1) {
        if (tries > TRIES_MAX) throw new PresetError('Every reconnect came to the same pod.');
        hands.say(`Dropping the connections behind an event, on ${before}…`);
        await hands.fault(['drop-between-events', 0]);
        await hands.untilResumed();
      }
      return hands.verdict(`From ${before} to ${hands.pod}. ${hands.resumeWords()}`, hands.articleWords());
    },
  },
  {
    name: 'idle-cut',
    title: 'Load balancer cuts what is idle',
    about: 'Without pings, then with them.',
    feed: 'own',
    needsPods: false,
    isDropping: true,
    run: (hands, clock) => idleCut(hands, BALANCER_TIMES[clock]),
  },
  {
    name: 'age-cut',
    title: 'Load balancer cuts what is old',
    about: 'Without rotation, then with it.',
    feed: 'steady',
    needsPods: false,
    isDropping: true,
    run: (hands, clock) => ageCut(hands, BALANCER_TIMES[clock]),
  },
];

/** Events flow in every lane. */
async function begin(hands: PresetHands): Promise<void> {
  await hands.untilLive();
  await hands.until(
    'events flow',
    () => hands.lane('sse').figures.events > 3 && hands.lane('article').figures.events > 3,
  );
}

async function idleCut(hands: PresetHands, { cutMs, pingMs, watchMs }: BalancerTimes): Promise<PresetVerdict> {
  await hands.untilLive();
  hands.say(`Pings off: silence until the cut at ${formatSeconds(cutMs)}…`);
  // Without rotation too, which at the real clock comes before the cut and would be taken for a sign of life.
  await hands.fault(['idle-cut', cutMs], ['pings', 0], ['rotation', 0]);
  // The article's way knows what it has missed by what it had before.
  await hands.publish();
  await hands.until('the first event is shown', () => hands.lane('article').figures.events === 1);
  const isAway = (): boolean => hands.lane('sse').connection.state === 'reconnecting' || hands.count('cut') > 0;
  // Not before both are cut: an event would keep the other one from being idle.
  const isCut = (): boolean => isAway() && hands.lane('article').connection.state === 'reconnecting';
  await hands.until('the balancer cuts', isCut, cutMs * 2 + 10_000);
  hands.say('Cut. Events come while nobody is connected…');
  for (let count = 0; count < CUT_EVENTS; count += 1) await hands.publish();
  await hands.untilLive();
  await hands.publish();
  await hands.untilResumed();
  const without = `Pings off: cut after ${formatSeconds(cutMs)} of silence. ${hands.resumeWords()} ${hands.articleWords()}`;
  hands.say(`Pings on: silence for ${formatSeconds(watchMs)}…`);
  await hands.fault(['idle-cut', cutMs], ['pings', pingMs], ['rotation', 0]);
  await hands.rest(watchMs);
  await hands.publish();
  const all = CUT_EVENTS + 3;
  await hands.until('the last event is shown', () => hands.lane('sse').figures.events === all);
  const cuts = times(hands.count('cut'));
  await hands.fault();
  return hands.verdict(without, `Pings on: cut ${cuts} in ${formatSeconds(watchMs)}.`);
}

async function ageCut(hands: PresetHands, { cutMs, rotationMs, watchMs }: BalancerTimes): Promise<PresetVerdict> {
  await begin(hands);
  hands.say(`Rotation off: the cut comes at an age of ${formatSeconds(cutMs)}…`);
  await hands.fault(['age-cut', cutMs], ['rotation', 0]);
  await hands.until('the balancer cuts', () => hands.count('cut') > 0, cutMs * 2 + 10_000);
  await hands.untilResumed();
  const without = `Rotation off: cut at an age of ${formatSeconds(cutMs)}. ${hands.resumeWords()} ${hands.articleWords()}`;
  hands.say(`Rotation on: watching for ${formatSeconds(watchMs)}…`);
  await hands.fault(['age-cut', cutMs], ['rotation', rotationMs]);
  await hands.rest(watchMs);
  const cuts = times(hands.count('cut'));
  const rotations = times(hands.count('rotated'));
  await hands.fault();
  return hands.verdict(
    without,
    `Rotation on: cut ${cuts} in ${formatSeconds(watchMs)}, rotated ${rotations}, ${hands.missed} lost.`,
  );
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
