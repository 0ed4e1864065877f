import { createFeedStore, type FeedStore } from './feed-store.ts';
import type { Source, TransportName } from './source.ts';
import { SseSource } from './sse-source.ts';

/** A connection outlives its last user by this long, in ms: StrictMode and page changes let go and take hold again. */
const LINGER_MS = 1000;

/** The right to use a feed's store until `release`, which may be called twice. */
export interface FeedLease {
  readonly feed: FeedStore;
  release(): void;
}

interface Entry {
  readonly feed: FeedStore;
  leases: number;
  linger: AbortController | null;
}

export type OpenFeed = (id: string, transport: TransportName) => FeedStore;

/** One connection per feed and transport in a tab, however many components watch it. */
export class FeedRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #open: OpenFeed;

  constructor(open: OpenFeed = (id, transport) => createFeedStore(createSource(id, transport))) {
    this.#open = open;
  }

  acquire(id: string, transport: TransportName): FeedLease {
    const key = JSON.stringify([transport, id]);
    const entry = this.#entries.get(key) ?? { feed: this.#open(id, transport), leases: 0, linger: null };
    this.#entries.set(key, entry);
    entry.leases += 1;
    entry.linger?.abort();
    let isHeld = true;
    return {
      feed: entry.feed,
      release: () => {
        if (isHeld) this.#release(key, entry);
        isHeld = false;
      },
    };
  }

  /** Feeds that are held or linger. */
  get size(): number {
    return this.#entries.size;
  }

  #release(key: string, entry: Entry): void {
    entry.leases -= 1;
    if (entry.leases > 0) return;
    const linger = new AbortController();
    entry.linger = linger;
    const timer = setTimeout(() => {
      this.#entries.delete(key);
      entry.feed.dispose();
    }, LINGER_MS);
    linger.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
}

/** The registry of this tab. */
export const feeds = new FeedRegistry();

function createSource(id: string, transport: TransportName): Source {
  switch (transport) {
    case 'sse':
      return new SseSource({ id });
  }
}
