import { RACE_FEEDS, RACE_TRAFFIC, type Traffic as TrafficKind } from '#lib/protocol/race-feeds.ts';
import { formatCount, formatInterval, formatMs, formatSeconds } from './format.ts';
import type { Conditions, LaneName } from './lanes.ts';
import { type Figures, WINDOW_MS } from './stats.ts';
import type { Traffic } from './traffic-meter.ts';

/** What one lane has come to. */
export interface LaneResult {
  readonly name: LaneName;
  readonly figures: Figures;
  readonly traffic: Traffic;
  /** It has closed for good on an error: what it no longer gets, it cannot count as missed. */
  readonly hasFailed?: boolean;
}

/** Fewer events than this say nothing of a lane's latency. */
const EVENTS_MIN = 20;
/** Latencies are told apart from this ratio and this difference on; below both, noise decides. */
const RATIO_MIN = 1.2;
const DIFFERENCE_MIN_MS = 5;

/** How lanes are called within a sentence. */
export const LANE_WORDS: Record<LaneName, string> = {
  sse: 'Feedline over SSE',
  'long-poll': 'long polling',
  poll: 'naive polling',
  article: 'the article’s SSE',
};

const { steady, bursts, quiet } = RACE_TRAFFIC;
const TRAFFIC_WORDS: Record<TrafficKind, string> = {
  steady: `steady: ${steady.perSecond} events a second`,
  bursts: `bursts: ${bursts.events} events in ${bursts.burstMs / 1000} s, then ${bursts.silenceMs / 1000} s of silence`,
  quiet: `quiet: an event every ${formatSeconds(quiet.periodMs)}`,
};

/** The traffic of a feed of the demo; undefined for any other. */
export function trafficOf(feedId: string): TrafficKind | undefined {
  return (Object.keys(RACE_FEEDS) as TrafficKind[]).find((kind) => RACE_FEEDS[kind] === feedId);
}

/** The conditions of a race, in words. */
export function conditionsWords({ feedId, rttMs, intervalMs, waitMs }: Conditions): string {
  const kind = trafficOf(feedId);
  const traffic = kind === undefined ? '' : ` (${TRAFFIC_WORDS[kind]})`;
  const rtt = rttMs === 0 ? 'no added round trip' : `${rttMs} ms added round trip`;
  return `${feedId}${traffic}, ${rtt}, naive polls every ${formatInterval(intervalMs)}, long polls of up to ${formatSeconds(waitMs)}`;
}

/**
 * The outcome in sentences, each true of the numbers it is given: latency of the last minute, everything else since
 * the race began. Whoever is ahead is said to be; where nobody is, that is said.
 */
export function verdict(conditions: Conditions, results: readonly LaneResult[], elapsedMs: number): readonly string[] {
  const sse = results.find(({ name }) => name === 'sse');
  const others = results.filter(({ name }) => name !== 'sse');
  const window = elapsedMs > WINDOW_MS ? ` (latency: the last ${formatSeconds(WINDOW_MS)})` : '';
  const latency =
    sse === undefined ? ['Feedline over SSE is off: nothing to compare with.'] : compareAll(sse, others, conditions);
  return [
    `First ${formatSeconds(elapsedMs)}${window} on ${conditionsWords(conditions)}:`,
    ...latency,
    ...results.flatMap((result) => costSentence(result)),
    ...results.filter(({ hasFailed }) => hasFailed).map(failureSentence),
    ...lossSentence(results),
  ];
}

function compareAll(sse: LaneResult, others: readonly LaneResult[], { feedId }: Conditions): readonly string[] {
  const few = [sse, ...others].filter(({ figures }) => figures.timedEvents < EVENTS_MIN);
  if (sse.figures.timedEvents < EVENTS_MIN) {
    // One a minute never makes twenty in one: what is told apart here is what the silence costs.
    if (trafficOf(feedId) === 'quiet') return ['Quiet traffic brings too few events to compare latencies, only costs.'];
    return [
      `Too few events to compare latencies: ${formatCount(sse.figures.timedEvents)} of the ${EVENTS_MIN} it takes.`,
    ];
  }
  const compared = others.filter((lane) => !few.includes(lane)).map((lane) => compare(sse, lane));
  const waiting = others.filter((lane) => few.includes(lane)).map(({ name }) => LANE_WORDS[name]);
  return waiting.length === 0 ? compared : [...compared, `Too few events yet to judge ${waiting.join(' and ')}.`];
}

function compare(sse: LaneResult, lane: LaneResult): string {
  const sseMs = sse.figures.latencyMsP95 ?? 0;
  const laneMs = lane.figures.latencyMsP95 ?? 0;
  const name = capitalised(LANE_WORDS[lane.name]);
  const both = `${formatMs(laneMs)} against ${formatMs(sseMs)}`;
  const slower = Math.max(sseMs, laneMs);
  const faster = Math.min(sseMs, laneMs);
  const isApart = slower - faster >= DIFFERENCE_MIN_MS && slower >= RATIO_MIN * faster;
  const bias = missedMoreWords(lane, sse);
  if (!isApart) return `${name} is as quick as Feedline over SSE: no difference that counts (p95 ${both})${bias}.`;
  const times = faster < 1 ? '' : `, ${formatTimes(slower / faster)} times`;
  return sseMs < laneMs
    ? `${name} is later than Feedline over SSE: p95 ${both}${times}.`
    : `${name} is ahead of Feedline over SSE: p95 ${both}${times}${bias}.`;
}

/** Who loses what came during a cut looks quicker than who gets it late. */
function missedMoreWords(lane: LaneResult, sse: LaneResult): string {
  const { missed } = lane.figures;
  return missed > sse.figures.missed ? `; the ${formatCount(missed)} that it missed have no latency` : '';
}

function costSentence({ name, figures, traffic }: LaneResult): readonly string[] {
  const { requests, emptyRoundTrips } = traffic;
  if (requests === 0) return [];
  const empty = emptyRoundTrips === 0 ? '' : `, ${formatCount(emptyRoundTrips)} of them empty`;
  const all = `${capitalised(LANE_WORDS[name])} made ${counted(requests, 'request')} for ${counted(figures.events, 'event')}${empty}`;
  const perEvent = requests / figures.events;
  return [perEvent >= 0.01 && figures.events > 0 ? `${all}: ${formatTimes(perEvent)} requests per event.` : `${all}.`];
}

function failureSentence({ name, figures }: LaneResult): string {
  return `${capitalised(LANE_WORDS[name])} has given up after ${counted(figures.events, 'event')} and gets no more.`;
}

function lossSentence(results: readonly LaneResult[]): readonly string[] {
  const isLossy = ({ figures }: LaneResult): boolean => figures.missed > 0 || figures.repeated > 0;
  const lossy = results.filter(isLossy);
  const sound = results.filter((result) => !isLossy(result) && !result.hasFailed);
  const who = sound.length === results.length ? 'No lane' : 'No other lane';
  const others = sound.length === 0 ? [] : [`${who} has missed an event or got one twice.`];
  if (lossy.length === 0) return others;
  const said = lossy.map(({ name, figures: { missed, repeated } }) => {
    const parts = [
      missed > 0 && `missed ${counted(missed, 'event')}`,
      repeated > 0 && `got ${formatCount(repeated)} twice`,
    ];
    return `${LANE_WORDS[name]} ${parts.filter(Boolean).join(' and ')}`;
  });
  return [[`${capitalised(said.join('; '))}.`, ...others].join(' ')];
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Two digits that count: 1.2, 12, 0.04. */
function formatTimes(ratio: number): string {
  if (ratio >= 9.95) return formatCount(ratio);
  return ratio >= 0.095 ? ratio.toFixed(1) : ratio.toFixed(2);
}

export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
