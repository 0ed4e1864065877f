import type { CDPSession, Page } from '@playwright/test';
import type { LaneName } from '#lib/client/lanes.ts';
import { QueryName } from '#lib/protocol/constants.ts';

interface Seen {
  requests: number;
  emptyAnswers: number;
  /** Of answers that are over, and of those that still come. */
  bytes: number;
}

/** What the browser itself saw of each lane, by the DevTools protocol: independent of the page and of the server. */
export class LaneWitness {
  readonly #lanes = new Map<string, Seen>();
  readonly #bytes = new Map<string, number>();
  readonly #laneOf = new Map<string, Seen>();

  /** Before the page is opened, or its first requests are not seen. */
  static async attach(page: Page): Promise<LaneWitness> {
    const witness = new LaneWitness();
    const session = await page.context().newCDPSession(page);
    witness.#listen(session);
    await session.send('Network.enable');
    return witness;
  }

  seen(lane: LaneName): Seen {
    const seen = this.#lanes.get(lane) ?? { requests: 0, emptyAnswers: 0, bytes: 0 };
    this.#lanes.set(lane, seen);
    return seen;
  }

  #listen(session: CDPSession): void {
    session.on('Network.requestWillBeSent', ({ requestId, request }) => {
      const lane = new URL(request.url).searchParams.get(QueryName.lane)?.split('.')[1];
      if (lane === undefined) return;
      const seen = this.seen(lane as LaneName);
      seen.requests += 1;
      this.#laneOf.set(requestId, seen);
    });
    session.on('Network.responseReceived', ({ requestId, response }) => {
      const seen = this.#laneOf.get(requestId);
      if (seen !== undefined && response.status === 204) seen.emptyAnswers += 1;
      this.#set(requestId, response.encodedDataLength);
    });
    session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
      this.#set(requestId, (this.#bytes.get(requestId) ?? 0) + encodedDataLength);
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      this.#set(requestId, encodedDataLength);
    });
  }

  #set(requestId: string, bytes: number): void {
    const seen = this.#laneOf.get(requestId);
    if (seen === undefined) return;
    seen.bytes += bytes - (this.#bytes.get(requestId) ?? 0);
    this.#bytes.set(requestId, bytes);
  }
}
