import { type ConnectionFaultKind, isMomentFault } from '#lib/protocol/connection-fault.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type FeedState, FIGURES_MS } from '../feed-store.ts';
import { formatCount, formatMs } from '../format.ts';
import { type AskedFault, faultLanes } from '../lane-faults.ts';
import type { LaneName } from '../lanes.ts';
import type { RaceRun } from '../race.ts';
import type { Resume } from '../resume-log.ts';

/** Faults that are to last for the whole preset, ms. */
const LONG_MS = 3_600_000;
const LOOK_MS = 50;
/** The lanes that hold a stream, which faults cut. */
const STREAMS = ['sse', 'article'] as const;
type StreamName = (typeof STREAMS)[number];

/** What a preset has shown. */
export interface PresetVerdict {
  /** One sentence for each thing that is to be known. */
  readonly sentences: readonly string[];
  /** Events that Feedline has not got. */
  readonly missed: number;
  /** Events that the article's way has not got. */
  readonly articleMissed: number;
}

/** Where a preset is done. */
export interface PresetStage {
  readonly run: RaceRun;
  /** Appends one event to the feed of the race. @returns the pod that has taken it */
  readonly publish: (value: object) => Promise<string>;
  /** What is done now, in words. */
  readonly say: (words: string) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** It has not come to what it should have shown; the message says what was waited for. */
export class PresetError extends Error {
  override readonly name = 'PresetError';
}

/** What presets do and see, on one race. */
export class PresetHands {
  readonly #stage: PresetStage;
  readonly #clock: Clock;
  #seq = 0;
  /** When the connections stood that carry the fault, ms since 1970. What was cut before is nothing of its doing. */
  readonly #carriedSinceMs: Record<StreamName, number> = { sse: 0, article: 0 };

  constructor(stage: PresetStage) {
    this.#stage = stage;
    this.#clock = stage.clock ?? systemClock;
  }

  get say(): PresetStage['say'] {
    return this.#stage.say;
  }

  lane(name: LaneName): FeedState {
    const feed = this.#stage.run.lanes.get(name);
    if (feed === undefined) throw new PresetError(`The lane "${name}" is not there.`);
    return feed.state.getState();
  }

  get pod(): string {
    return this.lane('sse').connection.pod ?? '';
  }

  get missed(): number {
    return this.lane('sse').figures.missed;
  }

  get articleMissed(): number {
    return this.lane('article').figures.missed;
  }

  /** Since the fault: how often Feedline's connection was lost, and how often the server ended it on purpose. */
  count(kind: 'cut' | 'rotated'): number {
    return this.#resumes('sse', kind).length;
  }

  /** Of every lane alike: what it is given as [kind, value], from now on where it lasts, or once in a moment. Ends when the connections that carry them are open. */
  async fault(...faults: readonly (readonly [ConnectionFaultKind, number])[]): Promise<void> {
    const asked = faults.map(
      ([kind, value]): AskedFault => ({
        kind,
        value,
        forMs: isMomentFault(kind) ? 0 : LONG_MS,
      }),
    );
    const last = (name: StreamName): number => this.lane(name).resumes[0]?.atMs ?? 0;
    const beforeMs = { sse: last('sse'), article: last('article') };
    faultLanes(this.#stage.run, asked, { nowMs: this.#clock.nowMs() });
    const isOpenAnew = (): boolean => STREAMS.every((name) => last(name) > beforeMs[name]);
    await this.until('the connections that carry the fault are open', isOpenAnew);
    for (const name of STREAMS) {
      const opened = this.lane(name).resumes.findLast(({ atMs }) => atMs > beforeMs[name]);
      this.#carriedSinceMs[name] = opened?.atMs ?? 0;
    }
  }

  /** Newest first, since the fault. That the page itself took long to open the connections anew is none of them. */
  #resumes(name: StreamName, kind: Resume['kind']): readonly Resume[] {
    return this.lane(name).resumes.filter((resume) => resume.kind === kind && resume.atMs > this.#carriedSinceMs[name]);
  }

  /** The next event of a feed that is the preset's own. */
  async publish(): Promise<string> {
    this.#seq += 1;
    return this.#stage.publish({ seq: this.#seq, producedAtMs: this.#clock.nowMs() });
  }

  /** @throws PresetError after `withinMs`; the signal's reason once the preset is ended */
  async until(what: string, isSo: () => boolean, withinMs = 60_000): Promise<void> {
    let byMs = this.#clock.nowMs() + withinMs;
    while (!isSo()) {
      if (this.#clock.nowMs() > byMs) throw new PresetError(`Waited in vain until ${what}.`);
      byMs += await this.rest(LOOK_MS);
    }
  }

  /**
   * While the view is paused nothing can be seen in it: then it takes until it goes on, and shows the present.
   *
   * @returns how much longer it has taken for that, ms
   */
  async rest(forMs: number): Promise<number> {
    await this.#pass(forMs);
    if (!this.lane('sse').isPaused) return 0;
    const pausedAtMs = this.#clock.nowMs();
    while (this.lane('sse').isPaused) await this.#pass(LOOK_MS);
    await this.#pass(FIGURES_MS);
    return this.#clock.nowMs() - pausedAtMs;
  }

  async #pass(forMs: number): Promise<void> {
    const { signal } = this.#stage;
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const end = (): void => reject(signal.reason);
      signal.addEventListener('abort', end, { once: true });
      this.#clock.after(forMs, signal, () => {
        signal.removeEventListener('abort', end);
        resolve();
      });
    });
  }

  async untilLive(): Promise<void> {
    const { run } = this.#stage;
    const isLive = ({ state }: { state: { getState(): FeedState } }): boolean =>
      state.getState().connection.state === 'live';
    await this.until('every lane is connected', () => [...run.lanes.values()].every(isLive));
  }

  /** Both have come back from a cut since the fault, and what that has cost is known. */
  async untilResumed(): Promise<void> {
    const isSettled = (name: StreamName): boolean => this.#resumes(name, 'cut')[0]?.isSettled ?? false;
    await this.until('Feedline has resumed', () => isSettled('sse'));
    await this.until('the article’s way is back', () => isSettled('article'));
  }

  /** "0 lost, 42 replayed, resumed in 1.1 s". */
  resumeWords(): string {
    const [resume] = this.#resumes('sse', 'cut');
    const replayed = formatCount(resume?.replayed ?? 0);
    return `Feedline: ${formatCount(this.missed)} lost, ${replayed} replayed, resumed in ${formatMs(resume?.downMs ?? 0)}.`;
  }

  articleWords(): string {
    return `The article’s way: ${formatCount(this.articleMissed)} lost.`;
  }

  verdict(...sentences: string[]): PresetVerdict {
    return { sentences, missed: this.missed, articleMissed: this.articleMissed };
  }
}
