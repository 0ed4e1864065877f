import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Produced, startCalibrator } from './calibrator.ts';
import type { ClockEstimate } from './clock-offset.ts';
import { type ConnectionPermits, connectionPermits } from './connection-permits.ts';
import { createFeedStore, type FeedStore } from './feed-store.ts';
import { type Conditions, createLane, type LaneName } from './lanes.ts';
import { PageClocks } from './page-clocks.ts';
import { type RaceLock, raceLock } from './race-lock.ts';
import { randomId } from './random-id.ts';
import { renewSession } from './renew-session.ts';
import { Timeline } from './timeline.ts';
import { Turn } from './turn.ts';
import { type PageLike, watchPage } from './watch-page.ts';

/** Clocks and the count of what was produced are asked for this often, ms. */
const CALIBRATE_MS = 2000;

/** A tab that is closed gives its turn back a moment after the next one is shown, ms: a race is not ended for that. */
const TURN_PATIENCE_MS = 1000;

/** One race under one set of conditions; every change of them begins another one. */
export interface RaceRun {
  readonly conditions: Conditions;
  readonly startedAtMs: number;
  readonly lanes: ReadonlyMap<LaneName, FeedStore>;
  /** The last seconds of every lane, for the delivery timeline. */
  readonly timeline: Timeline;
  /** What the record log has got for this feed since the start. */
  produced(): Produced;
  /** The page's clock minus the producer's. */
  producerClock(): ClockEstimate;
  /** The server's clock minus the page's, ms. */
  serverOffsetMs(): number;
}

export interface RaceState {
  /** `elsewhere`: another visible tab has the race, and this one holds no connection. */
  readonly phase: 'joining' | 'racing' | 'elsewhere';
  readonly run: RaceRun | null;
  /** Why the server does not let it begin, in words; null where it does, or has not answered yet. */
  readonly refusal: string | null;
}

export interface Race {
  readonly state: StoreApi<RaceState>;
  /** Begins anew, with these lanes, once this tab has its turn; with null it only ends what ran. */
  start(conditions: Conditions | null, lanes: readonly LaneName[]): void;
  /** Begins the same race anew. */
  restart(): void;
  /** Takes the race from the tab that has it. */
  takeOver(): void;
  dispose(): void;
}

export interface RaceOptions {
  readonly lock?: RaceLock;
  readonly permits?: ConnectionPermits;
  readonly page?: PageLike;
}

/**
 * The race of this tab. Six connections are all that a browser has for an origin, so one visible tab races; a tab that
 * is hidden gives its turn away and, when it is shown again, goes on if nobody took it.
 */
export function createRace(options: RaceOptions = {}): Race {
  const { lock = raceLock, permits = connectionPermits } = options;
  const page: PageLike = options.page ?? window;
  const state = createStore<RaceState>(() => ({ phase: 'joining', run: null, refusal: null }));
  const life = new AbortController();
  const turn = new Turn();
  let wanted: { readonly conditions: Conditions; readonly lanes: readonly LaneName[] } | null = null;
  let holding = new AbortController();
  let running = new AbortController();

  /** Asks for the turn; ends with `leave`. */
  function join(isStealing: boolean): void {
    leave();
    holding = new AbortController();
    const { signal } = holding;
    let patience: ReturnType<typeof setTimeout> | undefined;
    const endPatience = (): void => clearTimeout(patience);
    signal.addEventListener('abort', endPatience, { once: true });
    lock.hold(signal, {
      isStealing,
      onHeld: () => {
        endPatience();
        turn.begin();
        state.setState({ phase: 'racing' });
        if (state.getState().run === null) begin();
      },
      onWaiting: () => {
        if (state.getState().run === null) yieldToOther();
        else patience = setTimeout(yieldToOther, TURN_PATIENCE_MS);
      },
      onLost: () => {
        yieldToOther();
        // Quietly in the queue again, for when the other tab is done.
        join(false);
      },
    });
  }

  function leave(): void {
    holding.abort();
    turn.end();
  }

  function yieldToOther(): void {
    turn.end();
    end();
    state.setState({ phase: 'elsewhere' });
  }

  function begin(): void {
    end();
    if (wanted === null || !turn.isMine) return;
    running = new AbortController();
    const { signal } = running;
    const { conditions, lanes } = wanted;
    const clocks = new PageClocks();
    const timeline = new Timeline(lanes, () => clocks.producer().offsetMs);
    const calibrator = startCalibrator(
      {
        id: conditions.feedId,
        clocks,
        intervalMs: CALIBRATE_MS,
        isCounting: true,
        onRefusal: setRefusal,
        renew: renewSession,
        onStart: (after) => state.setState({ run: runOf(after) }),
        onRecord: (event) => timeline.addProduced(event, Date.now()),
      },
      signal,
    );

    function runOf(after: string): RaceRun {
      const run = randomId();
      const held = {
        take: (stay: AbortSignal, onWaiting?: () => void) => turn.wait(stay).then(() => permits.take(stay, onWaiting)),
      };
      const brief = { take: (stay: AbortSignal) => turn.wait(stay) };
      const stores = lanes.map((name): [LaneName, FeedStore] => {
        const source = createLane(name, { conditions, run, after, permits: { held, brief } });
        source.subscribe((event) => timeline.lane(name)?.apply(event));
        return [name, createFeedStore(source, { producerOffsetMs: () => clocks.producer().offsetMs })];
      });
      signal.addEventListener('abort', () => {
        for (const [, store] of stores) store.dispose();
      });
      return {
        conditions,
        startedAtMs: Date.now(),
        lanes: new Map(stores),
        timeline,
        produced: calibrator.produced,
        producerClock: () => clocks.producer(),
        serverOffsetMs: () => clocks.serverOffsetMs(),
      };
    }
  }

  /** Told with every answer: what has not changed draws nothing again. */
  function setRefusal(refusal: string | null): void {
    if (refusal !== state.getState().refusal) state.setState({ refusal });
  }

  function end(): void {
    running.abort();
    state.setState({ run: null, refusal: null });
  }

  watchPage(page, life.signal, {
    onGone: leave,
    onRestored: () => join(false),
    onOnline: () => undefined,
    onHidden: leave,
    onShown: () => join(false),
  });
  if (page.document?.visibilityState !== 'hidden') join(false);

  return {
    state,
    start(conditions, lanes) {
      wanted = conditions === null ? null : { conditions, lanes };
      begin();
    },
    restart: begin,
    takeOver: () => join(true),
    dispose() {
      life.abort();
      leave();
      end();
    },
  };
}
