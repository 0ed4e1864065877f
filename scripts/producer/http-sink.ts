import { setTimeout as delay } from 'node:timers/promises';
import type { OrderChange } from '#scripts/producer/order-life.ts';
import type { RecordSink } from '#scripts/producer/record-sink.ts';

const RETRY_MS = 500;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Posts records to a server whose record log is in its own process. A request that fails is repeated: should the server
 * die after taking a record and before answering, the record has died with it.
 */
export function httpSink(url: string): RecordSink {
  return {
    send: async (changes) => {
      const feeds = groupById(changes);
      await Promise.all([...feeds.values()].map((ofOneFeed) => postInOrder(url, ofOneFeed)));
    },
    close: async () => undefined,
  };
}

/** Feeds need no order among each other, so their requests run side by side. */
function groupById(changes: readonly OrderChange[]): Map<string, OrderChange[]> {
  const feeds = new Map<string, OrderChange[]>();
  for (const change of changes) feeds.set(change.id, [...(feeds.get(change.id) ?? []), change]);
  return feeds;
}

async function postInOrder(url: string, changes: readonly OrderChange[]): Promise<void> {
  for (const change of changes) {
    while (!(await post(`${url}/api/feeds/${encodeURIComponent(change.id)}/events`, change))) await delay(RETRY_MS);
  }
}

/** @returns whether the record is in; `false` when it is worth another try */
async function post(url: string, change: OrderChange): Promise<boolean> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch(() => undefined);
  if (response === undefined || response.status >= 500) return false;
  const answer = await response.text();
  if (response.ok) return true;
  throw new Error(`The server refused a record with status ${response.status}: ${answer}`);
}
