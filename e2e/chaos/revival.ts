/** How long it took clients to be given something that was produced after a moment, ms. */
export interface Revival {
  readonly clients: number;
  readonly medianMs: number;
  /** Infinite where one never was. */
  readonly maxMs: number;
  /** Who was the last. */
  readonly last: string;
}

/** As much of a client as is asked. */
export interface Revivable {
  readonly name: string;
  readonly inbox: { firstProducedSince(sinceMs: number): number | undefined };
}

export function revivalOf(clients: readonly Revivable[], sinceMs: number): Revival {
  const times = clients
    .map(({ name, inbox }) => ({ name, ms: (inbox.firstProducedSince(sinceMs) ?? Number.POSITIVE_INFINITY) - sinceMs }))
    .sort((a, b) => a.ms - b.ms);
  const last = times.at(-1);
  return {
    clients: times.length,
    medianMs: times[times.length >> 1]?.ms ?? 0,
    maxMs: last?.ms ?? 0,
    last: last?.name ?? 'nobody',
  };
}
