import { startCalibrator } from './calibrator.ts';
import { connectionPermits } from './connection-permits.ts';
import { createFeedStore, type FeedStore } from './feed-store.ts';
import { PageClocks } from './page-clocks.ts';
import { renewSession } from './renew-session.ts';
import { createSseSource } from './sse-source.ts';

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

export type OpenFeed = (id: string) => FeedStore;

/** One connection per feed in a tab, however many components watch it. */
export class FeedRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #open: OpenFeed;

  constructor(open: OpenFeed = openFeed) {
    this.#open = open;
  }

  acquire(id: string): FeedLease {
    const entry = this.#entries.get(id) ?? { feed: this.#open(id), leases: 0, linger: null };
    this.#entries.set(id, entry);
    entry.leases += 1;
    entry.linger?.abort();
    let isHeld = true;
    return {
      feed: entry.feed,
      release: () => {
        if (isHeld) this.#release(id, entry);
        isHeld = false;
      },
    };
  }

  /** Feeds that are held or linger. */
  get size(): number {
    return this.#entries.size;
  }

  #release(id: string, entry: Entry): void {
    entry.leases -= 1;
    if (entry.leases > 0) return;
    const linger = new AbortController();
    entry.linger = linger;
    const timer = setTimeout(() => {
      this.#entries.delete(id);
      entry.feed.dispose();
    }, LINGER_MS);
    linger.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
}

/** The registry of this tab. */
export const feeds = new FeedRegistry();

/** Clocks drift slowly: asked this often, in ms. */
const CALIBRATE_MS = 5000;

function openFeed(id: string): FeedStore {
  const life = new AbortController();
  const clocks = new PageClocks();
  startCalibrator({ id, clocks, intervalMs: CALIBRATE_MS, renew: renewSession }, life.signal);
  const source = createSseSource({ id, last: 1, hasEnvelopes: true, permits: connectionPermits, renew: renewSession });
  const feed = createFeedStore(source, {
    producerOffsetMs: () => clocks.producer().offsetMs,
    hopOffsets: (pod) => clocks.hops(pod),
  });
  return {
    ...feed,
    dispose() {
      life.abort();
      feed.dispose();
    },
  };
}
