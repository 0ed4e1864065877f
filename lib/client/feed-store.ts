import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ConnectionFault } from '#lib/protocol/connection-fault.ts';
import type { FeedEvent, GapEvent, RecordEvent } from './client-event.ts';
import { type Clock, systemClock } from './clock.ts';
import type { HistoryBlock } from './connection-history.ts';
import { type Connection, initialConnection } from './connection-state.ts';
import { EventBatcher, type ScheduleFlush, scheduleFlush } from './event-batcher.ts';
import { FeedModel } from './feed-model.ts';
import type { Resume } from './resume-log.ts';
import type { Source } from './source.ts';
import {
  type AllStageFigures,
  type HopOffsetsOf,
  NO_STAGE_FIGURES,
  noHopOffsets,
  type StageTimes,
  stageFigures,
} from './stages.ts';
import { type Figures, NO_FIGURES, type Sample } from './stats.ts';
import type { TapeRow } from './tape.ts';
import { throttle } from './throttle.ts';
import { NO_TRAFFIC, type Traffic } from './traffic-meter.ts';

/** Numbers change at most this often, in ms: nobody reads more than four a second. */
export const FIGURES_MS = 250;
/** A row stays as it is, so more of them can come in a second; each time the tape is laid out anew. In ms. */
export const TAPE_MS = 100;
/** Rate and window move on also when nothing arrives; how often, in ms. */
const IDLE_REFRESH_MS = 1000;

/** What components see; each should select the smallest slice. */
export interface FeedState {
  readonly connection: Connection;
  /** Newest first; a new array at once for an event that comes alone, then at most every `TAPE_MS`. */
  readonly tape: readonly TapeRow[];
  /** The newest event; the first at once, then at most every `FIGURES_MS`. */
  readonly last: RecordEvent | null;
  /** How long that one was on its way, in stages; null where that is not known. */
  readonly lastStages: StageTimes | null;
  /** The newest gap; null while there was none. */
  readonly lastGap: GapEvent | null;
  /** What became of the events at each reconnect, newest first; see `ResumeLog`. */
  readonly resumes: readonly Resume[];
  readonly figures: Figures;
  /** Latency by stage, where the source has envelopes. */
  readonly stages: AllStageFigures;
  /** What its source has cost so far. */
  readonly traffic: Traffic;
  readonly isPaused: boolean;
  /** Events that came since the view was paused. */
  readonly newWhilePaused: number;
}

export const INITIAL_FEED_STATE: FeedState = {
  connection: initialConnection(0),
  tape: [],
  last: null,
  lastStages: null,
  lastGap: null,
  resumes: [],
  figures: NO_FIGURES,
  stages: NO_STAGE_FIGURES,
  traffic: NO_TRAFFIC,
  isPaused: false,
  newWhilePaused: 0,
};

/** One feed as a page has it: a source, and the state made of what it tells. */
export interface FeedStore {
  readonly state: StoreApi<FeedState>;
  /** The events of the last minute, for charts, which draw by themselves; never through React. */
  samples(nowMs: number): readonly Sample[];
  /** The connection second by second, oldest first; for a picture that is drawn once a second. */
  history(nowMs: number): readonly HistoryBlock[];
  /** Freezes the view; the connection stays and events are kept. */
  setPaused(isPaused: boolean): void;
  retryNow(): void;
  /** Lets go of the connection, or takes it up again where it was. */
  setConnected(isConnected: boolean): void;
  /** Demo only: see `Source`. */
  setFaults(faults: readonly ConnectionFault[]): void;
  dispose(): void;
}

export interface FeedStoreOptions {
  readonly clock?: Clock;
  readonly schedule?: ScheduleFlush;
  /** The page's clock minus the producer's, ms; default 0. */
  readonly producerOffsetMs?: () => number;
  /** What stands between the clocks on the way of an event, over one pod; default: nothing. */
  readonly hopOffsets?: HopOffsetsOf;
}

/** Starts `source`; `dispose` stops it. */
export function createFeedStore(source: Source, options: FeedStoreOptions = {}): FeedStore {
  const clock = options.clock ?? systemClock;
  const hopsOf = options.hopOffsets ?? noHopOffsets;
  const model = new FeedModel(options.producerOffsetMs, hopsOf);
  const state = createStore<FeedState>(() => INITIAL_FEED_STATE);
  const life = new AbortController();
  let recordsAtPause = 0;

  const publishFigures = throttle(clock, FIGURES_MS, life.signal, () => {
    if (state.getState().isPaused) state.setState({ newWhilePaused: model.records - recordsAtPause });
    else {
      const nowMs = clock.nowMs();
      const { last, lastStages, resumes, stats } = model;
      state.setState({
        figures: stats.figures(nowMs),
        stages: stageFigures(stats.stageEvents(nowMs), hopsOf),
        traffic: source.traffic(),
        last,
        lastStages,
        resumes: resumes.resumes(),
      });
    }
  });
  const publishTape = throttle(clock, TAPE_MS, life.signal, () => {
    if (!state.getState().isPaused) state.setState({ tape: model.tape.rows() });
  });

  function onBatch(events: readonly FeedEvent[]): void {
    for (const event of events) model.apply(event);
    state.setState({ connection: model.connection, lastGap: model.lastGap });
    publishTape();
    const hasResumed = model.resumes.resumes() !== state.getState().resumes;
    if (hasResumed || events.some(({ kind }) => kind === 'record')) publishFigures();
  }

  function setPaused(isPaused: boolean): void {
    recordsAtPause = model.records;
    state.setState({ isPaused, newWhilePaused: 0 });
    publishTape();
    publishFigures();
  }

  const batcher = new EventBatcher(
    (events: readonly FeedEvent[]) => source.work(() => onBatch(events)),
    options.schedule ?? scheduleFlush,
  );
  const unsubscribe = source.subscribe((event) => {
    if (event.kind !== 'request') batcher.add(event);
  });
  clock.every(IDLE_REFRESH_MS, life.signal, publishFigures);
  // A source tells of changes: what it is now is where its history begins.
  model.apply({ kind: 'connection', connection: source.connection() });
  source.start();

  return {
    state,
    setPaused,
    samples: (nowMs) => model.stats.samples(nowMs),
    history: (nowMs) => model.history.blocks(nowMs),
    retryNow: () => source.retryNow(),
    setFaults: (faults) => source.setFaults(faults),
    setConnected: (isConnected) => (isConnected ? source.start() : source.stop()),
    dispose() {
      life.abort();
      unsubscribe();
      batcher.dispose();
      source.stop();
    },
  };
}
