import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeCursor } from '#lib/protocol/cursor.ts';
import { feedIdOfKey } from '#lib/protocol/feed-id.ts';
import type { SinkKind } from '#lib/server/config/stream-settings.ts';
import { newFeedId, TestServer } from './test-server.ts';

/** What every stream promises, whichever way its bytes go. */
export function describeStreams(sink: SinkKind): void {
  const MEMORY = { RECORD_LOG: 'memory', DEMO: '1', CORS_ORIGINS: '*', PING_MS: '200', STREAM_SINK: sink };

  describe(`stream contract with STREAM_SINK=${sink}`, () => {
    describe('the stream of a feed', () => {
      let server: TestServer;

      beforeAll(async () => {
        server = await TestServer.start({ env: MEMORY });
      });

      afterAll(() => server.stop());

      it('begins with hello, which already carries a cursor, then gives each value verbatim', async () => {
        const id = newFeedId();
        const client = await server.stream(`/getData/${id}`).untilOpen();
        expect(client.status).toBe(200);
        expect(client.headers['content-type']).toBe('text/event-stream; charset=utf-8');
        expect(client.headers['content-encoding']).toBeUndefined();
        expect(decodeCursor(client.events[0]?.id ?? '')).toMatchObject({ kind: 'memory', topic: 'orders' });
        await server.publish(id, { a: 1 });
        await server.publish(id, [' leading', 'blank']);
        await client.until(() => expect(client.values).toEqual(['{"a":1}', '[" leading","blank"]']));
      });

      it('is the same under the article’s URL, the API’s URL and as a query', async () => {
        const id = newFeedId();
        const paths = [`/getData/${id}`, `/api/feeds/${id}/stream`, `/api/feeds/stream?id=${id}`];
        const clients = await Promise.all(paths.map((path) => server.stream(path).untilOpen()));
        await server.publish(id, 'same');
        for (const client of clients) await client.until(() => expect(client.values).toEqual(['"same"']));
      });

      it('takes any ID of UTF-8, decoded exactly once, and no ID can break the framing', async () => {
        for (const id of [
          'a/b',
          'ü 💶',
          '%41',
          'a\r\n\0b',
          'data: x',
          '"quoted"',
          'constructor',
          '__proto__',
          '.',
          '..',
          '+',
        ]) {
          const client = await server.stream(`/api/feeds/stream?id=${encodeURIComponent(id)}`).untilOpen();
          const told = feedIdOfKey(Buffer.from(id));
          expect(JSON.parse(client.events[0]?.data ?? '').id).toBe(told);
          if (id === '.' || id === '..') continue;
          const byPath = await server.stream(`/getData/${encodeURIComponent(id)}`).untilOpen();
          expect(JSON.parse(byPath.events[0]?.data ?? '').id).toBe(told);
          await server.publish(id, id);
          await byPath.until(() => expect(byPath.values).toEqual([JSON.stringify(id)]));
        }
      });

      it.each([
        { what: 'not UTF-8', id: '%ff', code: 'id-undecodable' },
        { what: 'a broken escape', id: '%E0%A4%A', code: 'id-undecodable' },
        { what: 'to be hex and is not', id: '~xyz', code: 'id-undecodable' },
        { what: '257 bytes', id: 'a'.repeat(257), code: 'id-too-long' },
        { what: '129 letters of two bytes', id: encodeURIComponent('ä'.repeat(129)), code: 'id-too-long' },
        { what: 'empty', id: '', code: 'id-empty' },
      ])('answers an ID that is $what with 400 and the code $code, in every form', async ({ id, code }) => {
        for (const path of [`/getData/${id}`, `/api/feeds/${id}/stream`, `/api/feeds/stream?id=${id}`]) {
          const response = await server.fetch(path);
          expect(response.status, path).toBe(400);
          expect(response.headers.get('content-type')).toBe('application/problem+json');
          expect(await response.json()).toMatchObject({
            status: 400,
            code,
            title: expect.any(String),
            detail: expect.any(String),
          });
        }
      });

      it('answers an unknown topic or format with a problem document', async () => {
        expect(await (await server.fetch('/getData/a?topic=nope')).json()).toMatchObject({
          status: 404,
          code: 'topic-unknown',
        });
        expect(await (await server.fetch('/getData/a?format=xml')).json()).toMatchObject({
          status: 400,
          code: 'query-invalid',
        });
      });

      it('resumes from a cursor, given as header or in the URL: what came meanwhile comes once, in order', async () => {
        const id = newFeedId();
        const first = await server.stream(`/getData/${id}`).untilOpen();
        await server.publish(id, 1);
        await first.until(() => expect(first.values).toEqual(['1']));
        first.close();
        for (const value of [2, 3]) await server.publish(id, value);
        const byHeader = server.stream(`/getData/${id}`, { 'last-event-id': first.cursor });
        const byQuery = server.stream(`/getData/${id}?after=${encodeURIComponent(first.cursor)}`);
        // EventSource repeats its URL at each reconnect: the header is the newer cursor.
        const both = server.stream(`/getData/${id}?after=nonsense`, { 'last-event-id': first.cursor });
        for (const client of [byHeader, byQuery, both]) {
          await client.until(() => expect(client.values).toEqual(['2', '3']));
          expect(client.named('gap')).toEqual([]);
        }
      });

      it('opens with a gap that says why, not with an error, when a cursor is malformed or of another record log', async () => {
        const id = newFeedId();
        const foreign = '1k~abc~AAAAAAAAAAAAAAAAAAAAAA~orders~6~0-1~xyz';
        const otherServer = await TestServer.start({ env: MEMORY });
        const other = (await otherServer.stream(`/getData/${id}`).untilOpen()).cursor;
        await otherServer.stop();
        for (const [after, reason] of [
          ['nonsense', 'malformed-cursor'],
          [foreign, 'malformed-cursor'],
          [other, 'other-record-log'],
        ] as const) {
          const client = await server.stream(`/getData/${id}?after=${encodeURIComponent(after)}`).untilOpen();
          await client.until(() => expect(client.named('gap')).toHaveLength(1));
          const gap = JSON.parse(client.named('gap')[0]?.data ?? '');
          expect(gap).toMatchObject({ reason, resumesAt: 'now', to: client.named('gap')[0]?.id });
          // A client that drops between the two must not lose the gap.
          expect(client.named('hello')[0]?.id).toBe('');
          await server.publish(id, reason);
          await client.until(() => expect(client.values).toHaveLength(1));
          client.close();
        }
      });

      it('pings with the position through which the client has been served', async () => {
        const id = newFeedId();
        const client = await server.stream(`/getData/${id}`).untilOpen();
        await server.publish(id, 'one');
        await client.until(() => expect(client.values).toHaveLength(1));
        const afterEvent = client.cursor;
        await client.until(() => expect(client.named('ping').length).toBeGreaterThan(1));
        expect(client.cursor).toBe(afterEvent);
        expect(JSON.parse(client.named('ping').at(-1)?.data ?? '').bytes).toBeGreaterThan(100);
      });

      it('tells everything of a record in the envelope', async () => {
        const id = newFeedId();
        const client = await server.stream(`/getData/${id}?format=envelope`).untilOpen();
        await server.publish(id, { a: 1 });
        await client.until(() => expect(client.values).toHaveLength(1));
        expect(JSON.parse(client.values[0] ?? '')).toMatchObject({
          value: '{"a":1}',
          key: id,
          headers: {},
          topic: 'orders',
          partition: expect.any(Number),
          offset: expect.any(Number),
          timestampMs: expect.any(Number),
          receivedAtMs: expect.any(Number),
        });
      });

      it('may be read by a page of any origin in the demo', async () => {
        const client = await server.stream('/getData/a', { origin: 'http://elsewhere.test' }).untilOpen();
        expect(client.headers['access-control-allow-origin']).toBe('*');
        const preflight = await server.fetch('/getData/a', {
          method: 'OPTIONS',
          headers: { origin: 'http://elsewhere.test' },
        });
        expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
        expect(preflight.headers.get('access-control-allow-headers')).toContain('last-event-id');
      });

      it('lists recent IDs by prefix, newest first', async () => {
        const id = newFeedId();
        await server.publish(`${id}-a`, 1);
        await server.publish(`${id}-b`, 1);
        await server.publish(`${id}-a`, 2);
        const list = await (await server.fetch(`/api/feeds?prefix=${id}`)).json();
        expect(list).toMatchObject({
          topic: 'orders',
          feeds: [
            { id: `${id}-a`, records: 2 },
            { id: `${id}-b`, records: 1 },
          ],
        });
      });
    });

    describe('clients that behave badly', () => {
      let server: TestServer;

      beforeAll(async () => {
        server = await TestServer.start({ env: { ...MEMORY, STALL_MS: '1000', RING_BYTES: '1000000' } });
      });

      afterAll(() => server.stop());

      const untilNobodyReads = async (): Promise<void> => {
        await server.untilMetric('feedline_readers', 0);
        await server.untilMetric('feedline_streams', 0);
      };

      it('HEAD gets the headers of the stream and opens no reader', async () => {
        const response = await new Promise<number | undefined>((resolve, reject) => {
          const request = httpRequest(
            `${server.baseUrl}/getData/1234`,
            { method: 'HEAD', agent: false },
            (incoming) => {
              expect(incoming.headers['content-type']).toBe('text/event-stream; charset=utf-8');
              incoming.resume().on('end', () => resolve(incoming.statusCode));
            },
          );
          request.on('error', reject).end();
        });
        expect(response).toBe(200);
        expect(await server.metric('feedline_streams_opened_total')).toBe(0);
      });

      it('the article’s way gives any value as it is: what it loses, it loses by its design', async () => {
        const id = newFeedId();
        const client = server.stream(`/api/article/${id}`);
        await client.until(() => expect(client.status).toBe(200));
        const value = JSON.stringify({ lines: ['one', ' two'] }, null, 1);
        await server.publishText(id, value);
        await client.until(() => expect(client.values).toEqual([value]));
        client.close();
        await server.untilMetric('feedline_article_listeners', 0);
      });

      it('HEAD on the article’s way keeps nothing', async () => {
        const id = newFeedId();
        for (let index = 0; index < 20; index += 1) {
          expect((await server.fetch(`/api/article/${id}`, { method: 'HEAD' })).status).toBe(200);
        }
        expect(await server.metric('feedline_article_listeners')).toBe(0);
      });

      it('a client that closes leaves no reader behind', async () => {
        const client = await server.stream(`/getData/${newFeedId()}`).untilOpen();
        expect(await server.metric('feedline_readers')).toBe(1);
        client.close();
        await untilNobodyReads();
      });

      it('a pipelined request whose socket dies leaves no reader behind', async () => {
        const id = newFeedId();
        const request = `GET /getData/${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
        const socket = connect(server.port, '127.0.0.1');
        socket.write(request + request + request);
        await server.untilMetric('feedline_streams', 3);
        socket.destroy();
        await untilNobodyReads();
      });

      it('a client that takes nothing for STALL_MS is cut', async () => {
        const id = newFeedId();
        const client = await server.stream(`/getData/${id}`).untilOpen();
        client.stall();
        await publishBulk(server, id, 200);
        await vi.waitFor(
          async () => {
            const text = await (await server.fetch('/metrics')).text();
            expect(text).toMatch(/feedline_streams_ended_total\{reason="stalled"[^}]*\} 1/);
          },
          { timeout: 20_000 },
        );
        await untilNobodyReads();
      });
    });

    describe('a client that never reads', () => {
      it('costs no more than its socket', async () => {
        const server = await TestServer.start({ env: { ...MEMORY, STALL_MS: '600000', RING_BYTES: '1000000' } });
        const id = newFeedId();
        const client = await server.stream(`/getData/${id}`).untilOpen();
        const steady = await server.stream(`/getData/${id}`).untilOpen();
        // What publishing itself takes, and what the in-process log keeps, is taken before it is measured.
        await publishBulk(server, id, 300);
        await client.until(() => expect(client.values).toHaveLength(300));
        client.stall();
        const heldBytes = () => server.metric('nodejs_external_memory_bytes');
        const before = await heldBytes();
        await publishBulk(server, id, 600);
        await steady.until(() => expect(steady.values).toHaveLength(900));
        expect(await server.metric('feedline_ring_bytes')).toBeLessThan(1_200_000);
        // 36 MB were published. Kept for the stalled client they would stay, whatever the garbage collector does.
        await vi.waitFor(
          async () => {
            await publishBulk(server, id, 20);
            expect((await heldBytes()) - before).toBeLessThan(15_000_000);
          },
          { timeout: 30_000 },
        );
        expect(await server.metric('feedline_readers')).toBe(2);
        await server.stop();
      });
    });

    describe('a stream that grows old', () => {
      it('is ended by the server between events, and goes on from its cursor without loss', async () => {
        const server = await TestServer.start({ env: { ...MEMORY, PING_MS: '100', STREAM_MAX_AGE_MS: '700' } });
        const id = newFeedId();
        const got: string[] = [];
        let cursor = '';
        let rotations = 0;
        const producing = (async () => {
          for (let seq = 1; seq <= 200; seq += 1) await server.publish(id, seq);
        })();
        while (rotations < 3 || got.length < 200) {
          const client = await server
            .stream(`/getData/${id}`, cursor === '' ? {} : { 'last-event-id': cursor })
            .untilOpen();
          await client.until(() => expect(client.isOver).toBe(true));
          expect(client.named('rotate')).toHaveLength(1);
          expect(client.named('gap')).toEqual([]);
          got.push(...client.values);
          cursor = client.cursor;
          rotations += 1;
        }
        await producing;
        // The first connection opened before the first event, so it is all there.
        expect(got).toEqual(Array.from({ length: 200 }, (_, index) => String(index + 1)));
        await server.stop();
      });
    });
  });
}

/** 60 KB each. */
async function publishBulk(server: TestServer, id: string, count: number): Promise<void> {
  const value = 'x'.repeat(60_000);
  for (let index = 0; index < count; index += 1) await server.publish(id, `${index} ${value}`);
}
