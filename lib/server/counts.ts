/** How often each of some named things has happened. All names are there from the start, so that each has a rate. */
export class Counts<Name extends string> {
  readonly #counts: Map<Name, number>;

  constructor(names: readonly Name[]) {
    this.#counts = new Map(names.map((name) => [name, 0]));
  }

  get all(): ReadonlyMap<Name, number> {
    return this.#counts;
  }

  of(name: Name): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: Name): void {
    this.#counts.set(name, this.of(name) + 1);
  }
}
