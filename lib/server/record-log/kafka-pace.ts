import type { Broker } from 'kafkajs';

/**
 * Lets fetches over a broker's connection begin no sooner than so long after the one before, ms. One that waits at the
 * broker for records is answered as soon as there is one, so what comes now and then comes at once. Where records come
 * all the time a fetch would bring one or two of them, and takes as much as it takes to deliver them: so each brings what
 * has come meanwhile.
 */
export function paceFetches(broker: Broker, intervalMs: number): void {
  const fetch: Broker['fetch'] = broker.fetch.bind(broker);
  let lastAtMs = Number.NEGATIVE_INFINITY;
  broker.fetch = async (request) => {
    const waitMs = Math.ceil(lastAtMs + intervalMs - performance.now());
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    lastAtMs = performance.now();
    return fetch(request);
  };
}
