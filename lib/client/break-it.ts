import { createStore, type StoreApi } from 'zustand/vanilla';
import type { PodFault } from '#lib/protocol/control.ts';
import { RACE_TRAFFIC } from '#lib/protocol/race-feeds.ts';
import { type Clock, systemClock } from './clock.ts';
import type { FeedState } from './feed-store.ts';
import { formatCount } from './format.ts';
import { faultLanes } from './lane-faults.ts';
import type { RaceRun } from './race.ts';

/** How long the broker is away, ms. */
const BROKER_AWAY_MS = 5000;
/**
 * The drop is asked for so long ahead, ms: a burst has to come over the connections that carry it before it strikes. The
 * article's way can tell what it misses only from an event that it had before.
 */
const DROP_LEAD_MS = RACE_TRAFFIC.bursts.burstMs + RACE_TRAFFIC.bursts.silenceMs + 1500;
/** Once everything is back, what was produced is given so long to be counted, ms, before it is asked whether all of it is shown. */
const SETTLE_MS = 12_000;
const LOOK_MS = 500;

/** Between the parts of the outcome. */
export const BREAK_SEPARATOR = ' · ';

type DisasterName = 'drop' | 'kill-pod' | 'kill-broker';

/** What is done, and when, ms after the race has begun. */
const DISASTERS: readonly { readonly name: DisasterName; readonly atMs: number; readonly title: string }[] = [
  { name: 'drop', atMs: 10_000, title: 'The browser drops mid-event' },
  { name: 'kill-pod', atMs: 25_000, title: 'Its pod is killed (SIGKILL)' },
  { name: 'kill-broker', atMs: 40_000, title: 'The broker is killed for 5 s' },
];

export interface Disaster {
  readonly name: DisasterName;
  readonly title: string;
  readonly atMs: number;
  readonly state: 'due' | 'done' | 'impossible';
  /** Why it cannot be done here. */
  readonly words: string | null;
}

/** What has come of it, over all events that were produced since the race began. */
export interface BreakResult {
  readonly disasters: number;
  readonly produced: number;
  /** Of these, how many Feedline has shown. */
  readonly shown: number;
  /** How many the article's way has not got. */
  readonly articleMissed: number;
}

interface BreakState {
  readonly disasters: readonly Disaster[];
  /** null until everything is back and counted. */
  readonly result: BreakResult | null;
}

interface BreakOptions {
  readonly run: RaceRun;
  readonly sendFault: (fault: PodFault) => Promise<unknown>;
  readonly clock?: Clock;
}

const NOT_BROKEN: BreakState = {
  disasters: DISASTERS.map((disaster) => ({ ...disaster, state: 'due', words: null })),
  result: null,
};

/** What is shown before the first effect. */
export const idleBreak: StoreApi<BreakState> = createStore(() => NOT_BROKEN);

/** Runs three disasters over a race that has just begun, then counts. Ends with `signal`. */
export function breakIt(
  { run, sendFault, clock = systemClock }: BreakOptions,
  signal: AbortSignal,
): StoreApi<BreakState> {
  const state = createStore(() => NOT_BROKEN);
  const mark = (name: DisasterName, change: Partial<Disaster>): void =>
    state.setState(({ disasters }) => ({
      disasters: disasters.map((disaster) => (disaster.name === name ? { ...disaster, ...change } : disaster)),
    }));
  const leftMs = (atMs: number): number => Math.max(0, run.startedAtMs + atMs - clock.nowMs());

  for (const { name, atMs } of DISASTERS) {
    if (name === 'drop') clock.after(leftMs(atMs - DROP_LEAD_MS), signal, () => askForDrop(leftMs(atMs)));
    clock.after(leftMs(atMs), signal, () => void strike(name));
  }
  const overAtMs = Math.max(...DISASTERS.map(({ atMs }) => atMs)) + BROKER_AWAY_MS;
  clock.after(leftMs(overAtMs + SETTLE_MS), signal, () => clock.every(LOOK_MS, signal, count));

  function askForDrop(leadMs: number): void {
    faultLanes(run, [{ kind: 'drop-mid-event' }], { nowMs: clock.nowMs(), leadMs });
  }

  /** The drop, which was asked for ahead, strikes by itself. */
  async function strike(name: DisasterName): Promise<void> {
    try {
      if (name !== 'drop') await sendFault(podFault(name));
      mark(name, { state: 'done' });
    } catch (error) {
      mark(name, { state: 'impossible', words: (error as Error).message });
    }
  }

  function podFault(name: Exclude<DisasterName, 'drop'>): PodFault {
    if (name === 'kill-broker') return { kind: 'kill-broker', forMs: BROKER_AWAY_MS };
    const pod = run.lanes.get('sse')?.state.getState().connection.pod ?? null;
    if (pod === null) throw new Error('No pod holds the connection of Feedline over SSE now.');
    return { kind: 'kill-pod', pod };
  }

  /** Once all that is known to be produced since everything was back is shown, or is known to be missing. */
  function count(): void {
    if (state.getState().result !== null) return;
    const { events: produced, asOfMs } = run.produced();
    const sse = run.lanes.get('sse')?.state.getState();
    if (sse === undefined || sse.isPaused || sse.connection.state !== 'live') return;
    if (asOfMs === null || asOfMs < run.startedAtMs + overAtMs) return;
    const { events, repeated, missed } = sse.figures;
    if (events - repeated + missed < produced) return;
    const articleMissed = missedBy(run.lanes.get('article')?.state.getState(), produced);
    const disasters = state.getState().disasters.filter((disaster) => disaster.state === 'done').length;
    state.setState({ result: { disasters, produced, shown: produced - missed, articleMissed } });
  }

  return state;
}

/**
 * Who was refused has given up: no event comes by which it could tell what it has not got since. And where events have
 * no seq, only their number can tell.
 */
function missedBy(lane: FeedState | undefined, produced: number): number {
  if (lane === undefined) return 0;
  const { events, received, repeated, missed } = lane.figures;
  const isByNumber = lane.connection.closeReason === 'failed' || received === 0;
  return isByNumber ? Math.max(missed, produced - (events - repeated)) : missed;
}

/** The outcome, part by part; a part may be of a loss. */
export function breakParts(result: BreakResult): readonly { readonly words: string; readonly isLoss: boolean }[] {
  const { disasters, produced, shown, articleMissed } = result;
  return [
    { words: disasters === 1 ? '1 disaster' : `${disasters} disasters`, isLoss: false },
    { words: `${formatCount(produced)} produced`, isLoss: false },
    { words: `${formatCount(shown)} shown`, isLoss: shown < produced },
    { words: `the article’s way lost ${formatCount(articleMissed)}`, isLoss: articleMissed > 0 },
  ];
}

/** The outcome in one line, to be copied. */
export function breakWords(result: BreakResult): string {
  return breakParts(result)
    .map(({ words }) => words)
    .join(BREAK_SEPARATOR);
}
