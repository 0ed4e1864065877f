type Counts = ReadonlyMap<string, number>;

export interface RefusalReportOptions {
  /** Everything that is counted, since the process has begun. */
  readonly counts: () => readonly Counts[];
  readonly everyMs: number;
  readonly now: () => number;
  /** Gets how many there were of each since the last time. */
  readonly tell: (more: Readonly<Record<string, number>>) => void;
}

/** Says in the log that limits refuse: not each time, or whoever is refused would fill the disk. */
export class RefusalReport {
  readonly #options: RefusalReportOptions;
  #told = new Map<string, number>();
  #nextAtMs = 0;

  constructor(options: RefusalReportOptions) {
    this.#options = options;
  }

  /** To be called now and then. */
  tick(): void {
    const { counts, everyMs, now, tell } = this.#options;
    const atMs = now();
    if (atMs < this.#nextAtMs) return;
    const current = new Map(counts().flatMap((each) => [...each]));
    const more = [...current].map(([reason, count]) => [reason, count - (this.#told.get(reason) ?? 0)] as const);
    const news = more.filter(([, count]) => count > 0);
    if (news.length === 0) return;
    this.#told = current;
    this.#nextAtMs = atMs + everyMs;
    tell(Object.fromEntries(news));
  }
}
