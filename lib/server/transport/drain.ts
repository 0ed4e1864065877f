import { setTimeout as delay } from 'node:timers/promises';

/** How long, beyond its time, a drain waits for a client that takes its last bytes slowly. */
const FLUSH_LIMIT_MS = 1_000;

/**
 * Ends each item at a moment of its own within `withinMs`, so that the clients do not all come back to the next pod at
 * once. `end` resolves when the item's last byte is sent. Resolves when all are, or shortly after that time.
 */
export async function drainEach<T>(
  items: Iterable<T>,
  { withinMs, random }: { readonly withinMs: number; readonly random: () => number },
  end: (item: T) => Promise<void>,
): Promise<void> {
  const drained = [...items].map(async (item) => {
    await delay(withinMs * random());
    await end(item);
  });
  const limit = new AbortController();
  const slow = delay(withinMs + FLUSH_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
  await Promise.race([Promise.all(drained), slow]);
  limit.abort();
}
