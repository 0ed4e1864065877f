import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EventName } from '#lib/protocol/constants.ts';
import type { GapData } from '#lib/protocol/events.ts';
import { PollClient } from './poll-client.ts';
import { StreamClient } from './stream-client.ts';
import { newFeedId, type TestServer } from './test-server.ts';

/** A client of one feed, whatever the transport: it keeps what it is told, and the cursor behind it. */
interface FeedClient {
  readonly values: readonly string[];
  readonly gaps: readonly GapData[];
  readonly cursor: string;
  /** Whether it was told that the feed is over. */
  readonly isEnded: boolean;
  close(): void;
}

/** @param query of the URL, beginning with `id=` */
type Open = (server: TestServer, query: string, after?: string) => FeedClient;

const openStream: Open = (server, query, after) => {
  const url = `${server.baseUrl}/api/feeds/stream?${query}`;
  const stream = new StreamClient(url, after === undefined ? {} : { 'last-event-id': after });
  return {
    get values() {
      return stream.values;
    },
    get gaps() {
      return stream.named(EventName.gap).map(({ data }) => JSON.parse(data));
    },
    get cursor() {
      return stream.cursor;
    },
    get isEnded() {
      return stream.named(EventName.end).length > 0 || stream.status === 204;
    },
    close: () => stream.close(),
  };
};

const openPoll =
  (waitMs: number, intervalMs = 0): Open =>
  (server, query, after) =>
    new PollClient(`${server.baseUrl}/api/feeds/poll?${query}`, { waitMs, intervalMs, after });

const TRANSPORTS: readonly { readonly transport: string; readonly open: Open }[] = [
  { transport: 'SSE', open: openStream },
  { transport: 'long polling', open: openPoll(2_000) },
  { transport: 'polling with waitMs=0', open: openPoll(0, 20) },
];

/** What every transport promises, on the record log that the server has; its ring must hold 100 events a feed. */
export function describeTransports(recordLog: string, start: () => Promise<TestServer>): void {
  describe(`transport contract on ${recordLog}`, () => {
    let server: TestServer;
    const clients: FeedClient[] = [];

    beforeAll(async () => {
      server = await start();
    });
    afterEach(() => {
      for (const client of clients.splice(0)) client.close();
    });
    afterAll(() => server.stop());

    const until = (check: () => void) =>
      expect.poll(() => void check(), { timeout: 30_000, interval: 10 }).toBe(undefined);
    const publish = async (id: string, from: number, to: number) => {
      for (let seq = from; seq <= to; seq += 1) await server.publish(id, seq);
    };
    const seqs = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

    describe.each(TRANSPORTS)('$transport', ({ open }) => {
      /** A client that knows where it is. */
      const connect = async (query: string, after?: string): Promise<FeedClient> => {
        const client = open(server, query, after);
        clients.push(client);
        await until(() => expect(client.cursor).not.toBe(''));
        return client;
      };

      it('begins at now: gives nothing of before, and everything from then on in order', async () => {
        const id = newFeedId();
        await publish(id, 1, 3);
        await server.untilRead(id, 3);
        const client = await connect(`id=${id}`);
        await publish(id, 4, 40);
        await until(() => expect(client.values).toEqual(seqs(4, 40)));
        expect(client.gaps).toEqual([]);
      });

      it('goes on from its cursor through every cut: each event once and in order', async () => {
        const id = newFeedId();
        const got: string[] = [];
        let client = await connect(`id=${id}`);
        for (let round = 0; round < 8; round += 1) {
          await publish(id, round * 10 + 1, round * 10 + 5);
          // Cut wherever it happens to be, then events while nobody listens.
          client.close();
          got.push(...client.values);
          await publish(id, round * 10 + 6, round * 10 + 10);
          client = await connect(`id=${id}`, client.cursor);
        }
        await until(() => expect([...got, ...client.values]).toEqual(seqs(1, 80)));
        expect(client.gaps).toEqual([]);
      });

      it.each(TRANSPORTS)('goes on from a cursor that $transport gave', async ({ open: openOther }) => {
        const id = newFeedId();
        const other = openOther(server, `id=${id}`);
        clients.push(other);
        await until(() => expect(other.cursor).not.toBe(''));
        await publish(id, 1, 2);
        await until(() => expect(other.values).toEqual(['1', '2']));
        await until(() => expect(other.cursor).not.toBe(''));
        other.close();
        await publish(id, 3, 4);
        const client = await connect(`id=${id}`, other.cursor);
        await until(() => expect(client.values).toEqual(['3', '4']));
      });

      it('gives a value verbatim, but for line breaks, which come as LF', async () => {
        const id = newFeedId();
        const client = await connect(`id=${id}`);
        const texts = ['{ "a" :\r\n1,\r"b":\n2 }', '"ü 💶 \\" \\\\ \\u0000"', ' [1.0, 1e2] '];
        for (const text of texts) await server.publishText(id, text);
        await until(() => expect(client.values).toEqual(texts.map((text) => text.replace(/\r\n?/g, '\n'))));
      });

      it('gives the envelope as the same text that any transport gives', async () => {
        const id = newFeedId();
        const client = await connect(`id=${id}&format=envelope`);
        const stream = openStream(server, `id=${id}&format=envelope`);
        clients.push(stream);
        await until(() => expect(stream.cursor).not.toBe(''));
        await publish(id, 1, 3);
        await until(() => expect(client.values).toHaveLength(3));
        await until(() => expect(stream.values).toEqual(client.values));
        expect(JSON.parse(client.values[2] ?? '')).toMatchObject({ value: '3', key: id, topic: expect.any(String) });
      });

      it('begins with the newest event in its envelope where that is asked for, and goes on in envelopes', async () => {
        const id = newFeedId();
        await publish(id, 1, 3);
        await server.untilRead(id, 3);
        const client = await connect(`id=${id}&format=envelope&last=1`);
        await publish(id, 4, 4);
        await until(() => expect(client.values).toHaveLength(2));
        expect(client.values.map((text) => JSON.parse(text))).toMatchObject([
          { value: '3', key: id, pod: expect.any(String), receivedAtMs: expect.any(Number) },
          { value: '4', key: id, pod: expect.any(String), receivedAtMs: expect.any(Number) },
        ]);
      });

      it('keeps feeds apart', async () => {
        const [one, other] = [newFeedId(), newFeedId()];
        const client = await connect(`id=${one}`);
        await server.publish(other, 'other');
        await server.publish(one, 'one');
        await until(() => expect(client.values).toEqual(['"one"']));
      });

      it('begins at the oldest event kept where that is asked for', async () => {
        const id = newFeedId();
        await publish(id, 1, 130);
        const client = await connect(`id=${id}&from=earliest`);
        await publish(id, 131, 135);
        await until(() => expect(client.values).toEqual(seqs(1, 135)));
        expect(client.gaps).toEqual([]);
      });

      it.each([1, 7, 120])('begins with the %i newest events where that is asked for', async (count) => {
        const id = newFeedId();
        await publish(id, 1, 130);
        await server.untilRead(id, 130);
        // Nobody has watched it: all of them lie in the record log alone.
        const cold = await connect(`id=${id}&last=${count}`);
        await until(() => expect(cold.values).toEqual(seqs(131 - count, 130)));
        await publish(id, 131, 133);
        await until(() => expect(cold.values).toEqual(seqs(131 - count, 133)));
        await server.untilRead(id, 133);
        // Now the newest of them are in the ring.
        const warm = await connect(`id=${id}&last=${count}`);
        await until(() => expect(warm.values).toEqual(seqs(134 - count, 133)));
      });

      it('gives all there is where fewer events are stored than are asked for', async () => {
        const id = newFeedId();
        await publish(id, 1, 3);
        const client = await connect(`id=${id}&last=10`);
        await until(() => expect(client.values).toEqual(seqs(1, 3)));
      });

      it('prefers a cursor to any other beginning', async () => {
        const id = newFeedId();
        await publish(id, 1, 5);
        await server.untilRead(id, 5);
        const first = await connect(`id=${id}&last=2`);
        await until(() => expect(first.values).toEqual(seqs(4, 5)));
        first.close();
        await publish(id, 6, 6);
        const client = await connect(`id=${id}&last=2`, first.cursor);
        await until(() => expect(client.values).toEqual(seqs(6, 6)));
      });

      it('is told that the feed is over behind its last event, and when it comes again', async () => {
        const id = newFeedId();
        const client = await connect(`id=${id}`);
        await publish(id, 1, 3);
        await server.publishLast(id, 4);
        await until(() => expect(client).toMatchObject({ values: seqs(1, 4), isEnded: true }));
        const again = open(server, `id=${id}`, client.cursor);
        clients.push(again);
        await until(() => expect(again.isEnded).toBe(true));
        expect(again.values).toEqual([]);
      });

      it('of a feed that is over gives the last event, and says that it is over', async () => {
        const id = newFeedId();
        await publish(id, 1, 3);
        await server.publishLast(id, 4);
        await server.untilRead(id, 4);
        const client = open(server, `id=${id}&last=1`);
        clients.push(client);
        await until(() => expect(client).toMatchObject({ values: ['4'], isEnded: true }));
      });

      it('tells with a gap that a cursor cannot be read, and goes on with what comes', async () => {
        const id = newFeedId();
        const client = await connect(`id=${id}`, 'no-cursor');
        await until(() =>
          expect(client.gaps).toMatchObject([{ reason: 'malformed-cursor', from: null, resumesAt: 'now' }]),
        );
        await publish(id, 1, 1);
        await until(() => expect(client.values).toEqual(['1']));
        expect(client.gaps).toHaveLength(1);
      });

      it('gives what has left the ring from the record log, and goes on live behind it', async () => {
        const id = newFeedId();
        const first = await connect(`id=${id}`);
        first.close();
        await publish(id, 1, 130);
        const client = await connect(`id=${id}`, first.cursor);
        await publish(id, 131, 140);
        await until(() => expect(client.values).toEqual(seqs(1, 140)));
        expect(client.gaps).toEqual([]);
      });

      it('leaves no reader behind when it goes', async () => {
        const id = newFeedId();
        const client = await connect(`id=${id}`);
        await publish(id, 1, 1);
        await until(() => expect(client.values).toEqual(['1']));
        client.close();
        await server.untilMetric('feedline_readers', 0);
      });
    });
  });
}
