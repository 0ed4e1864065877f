/** What stands between us and Kafka, in words. */
export interface Trouble {
  /** What it is about: a broker's address, the credentials, the groups. A newer one of the same takes its place. */
  readonly place: string;
  readonly words: string;
  /** Kafka has answered, and its answer was no: to ask again at once helps nobody. */
  readonly isRefusal?: true;
}

export interface KafkaTroublesOptions {
  /** Hears each trouble once until all are over, however often it is met. */
  readonly onNew: (words: string) => void;
}

/** The troubles of one Kafka client, from the first one until something goes well. */
export class KafkaTroubles {
  readonly #options: KafkaTroublesOptions;
  readonly #known = new Map<string, Trouble>();
  readonly #told = new Set<string>();
  /** What somebody says who cannot say what it comes from. */
  #hearsay: string | undefined;

  constructor(options: KafkaTroublesOptions) {
    this.#options = options;
  }

  tell(trouble: Trouble): void {
    this.#known.set(trouble.place, trouble);
    if (this.#told.has(trouble.words)) return;
    this.#told.add(trouble.words);
    this.#options.onNew(trouble.words);
  }

  /** Said only where nothing better is known: it is mostly what follows from a trouble that is. */
  hear(words: string): void {
    this.#hearsay = words;
  }

  /** What was in the way at this place is over. */
  passed(place: string): void {
    this.#known.delete(place);
  }

  /** All is well. */
  clear(): void {
    this.#hearsay = undefined;
    if (this.#told.size === 0) return;
    this.#known.clear();
    this.#told.clear();
  }

  /** Refusals alone, where there are any: who is refused has come that far. */
  get words(): string | undefined {
    const known = [...this.#known.values()];
    const refusals = known.filter(({ isRefusal }) => isRefusal);
    const said = (refusals.length > 0 ? refusals : known).map(({ words }) => words);
    return said.length > 0 ? said.join('; ') : this.#hearsay;
  }

  get isRefused(): boolean {
    return [...this.#known.values()].some(({ isRefusal }) => isRefusal === true);
  }
}
