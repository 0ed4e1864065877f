import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { RecordLogKind } from '#lib/protocol/constants.ts';
import { CursorEncoder, decodeCursor } from '#lib/protocol/cursor.ts';
import { withAdmin } from '#scripts/kafka/admin.ts';
import { describeWithBroker, testBrokers } from '#scripts/testing/test-broker.ts';
import { FuzzTarget, IDS } from './fuzz-target.ts';
import type { RawRequest } from './raw-exchange.ts';

/** A request, and whose events may come back for it. */
interface Case extends RawRequest {
  readonly id: string | undefined;
}

/** So many at a time: what one does must not reach another. */
const TOGETHER = 10;
const RUNS = 110;
/** A thousand requests, on a machine that has more to do. */
vi.setConfig({ testTimeout: 240_000 });

const HOST: readonly [string, string] = ['Host', 'localhost'];

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const bytes = fc.string({ unit: byte, maxLength: 60 });
const targetBytes = bytes.map(inTarget);
const headerBytes = bytes.map(inHeader);
const knownId = fc.constantFrom(...IDS);

/** What a request line can carry, and a broken escape for all else: that would end the path, or the line. */
function inTarget(text: string): string {
  return text.replace(/[^!-~\u0080-\u00ff]|[?#]/g, '%');
}

/** What a line of a header can carry. */
function inHeader(text: string): string {
  return text.replaceAll('\0', ' ').replace(/[\r\n]/g, ' ');
}

/** The same ID, by the bytes of its key. */
const inHex = (text: string): string => `~x${Buffer.from(text).toString('hex')}`;
const percentEach = (text: string): string => [...Buffer.from(text)].map((code) => `%${hex(code)}`).join('');
const hex = (code: number): string => code.toString(16).padStart(2, '0');

/** Ways to write an ID into a URL; not all of them mean it. */
const writtenId: Arbitrary<string> = fc.oneof(
  knownId.map(encodeURIComponent),
  knownId.map(percentEach),
  knownId.map(inHex),
  fc.tuple(knownId.map(inHex), fc.constantFrom('', '0', '00', 'g')).map((parts) => parts.join('')),
  knownId.map((id) => encodeURIComponent(encodeURIComponent(id))),
  knownId.map((id) => inTarget(Buffer.from(id).toString('latin1'))),
  fc.tuple(knownId.map(encodeURIComponent), targetBytes).map((parts) => parts.join('')),
  fc.tuple(targetBytes, knownId.map(encodeURIComponent)).map((parts) => parts.join('/')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).map(encodeWhatever),
  fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 })
    .map((codes) => codes.map((code) => `%${hex(code)}`).join('')),
  targetBytes,
);

function encodeWhatever(text: string): string {
  return percentEach(text.toWellFormed());
}

/** What the ID means by PROTOCOL.md: percent-decoded once, bytes in hex where it says so; undefined where it is none. */
function meantBy(written: string): string | undefined {
  try {
    const id = decodeURIComponent(Buffer.from(written, 'latin1').toString('utf8'));
    return /^~x(?:[0-9a-f]{2})+$/i.test(id) ? Buffer.from(id.slice(2), 'hex').toString('utf8') : id;
  } catch {
    return undefined;
  }
}

/** The same in a query, where `+` is a blank and `&` ends the value. */
function meantInQuery(written: string): string | undefined {
  return meantBy((written.split('&')[0] ?? '').replaceAll('+', ' '));
}

const getCase = (target: string, id: string | undefined, headers: RawRequest['headers'] = []): Case => ({
  method: 'GET',
  target,
  headers: [HOST, ...headers],
  id,
});

describeWithBroker('whatever is sent to a server', () => {
  let target: FuzzTarget;

  beforeAll(async () => {
    target = await FuzzTarget.start(testBrokers());
  });
  afterAll(() => target.stop());

  const holds = async (arbitrary: Arbitrary<Case>): Promise<void> => {
    const cases = fc.array(arbitrary, { minLength: TOGETHER, maxLength: TOGETHER });
    await fc.assert(
      fc.asyncProperty(cases, async (all) => {
        await Promise.all(all.map(({ id, ...request }) => target.ask(request, id === undefined ? [] : [id])));
      }),
      { numRuns: RUNS },
    );
    await target.expectUnharmed();
  };

  it('as an ID, it is answered with an error or with that feed alone', async () => {
    const inPath: readonly ((written: string) => string)[] = [
      (written) => `/getData/${written}?from=earliest`,
      (written) => `/api/feeds/${written}/stream?last=9`,
      (written) => `/api/feeds/${written}/poll?waitMs=0&from=earliest`,
    ];
    const inQuery: readonly ((written: string) => string)[] = [
      (written) => `/api/feeds/stream?id=${written}&last=9`,
      (written) => `/api/feeds/poll?waitMs=0&id=${written}&from=earliest`,
    ];
    await holds(
      fc.oneof(
        fc.tuple(writtenId, fc.constantFrom(...inPath)).map(([text, way]) => getCase(way(text), meantBy(text))),
        fc.tuple(writtenId, fc.constantFrom(...inQuery)).map(([text, way]) => getCase(way(text), meantInQuery(text))),
      ),
    );
  });

  it('as a cursor, it is answered with a gap or with what lies behind it in that feed', async () => {
    const cursors = await Promise.all(
      IDS.map(async (id) => {
        const poll = `/api/feeds/poll?id=${encodeURIComponent(id)}&waitMs=0&last=2`;
        return ((await (await target.server.fetch(poll)).json()) as { cursor: string }).cursor;
      }),
    );
    const about = decodeCursor(cursors[0] ?? '') ?? expect.unreachable('the cursor cannot be read');
    const { clusterId: logId } = await withAdmin(testBrokers(), (admin) => admin.describeCluster());
    // Whatever it says, in the record log of a true one and with a check that fits.
    const forged = fc
      .record({
        partitionCount: fc.constantFrom(0, 1, about.partitionCount, about.partitionCount + 1, 2 ** 31),
        epoch: fc.constantFrom(about.epoch, 'A', '_'.repeat(22)),
        topic: fc.constantFrom(about.topic, 'other', '.', '__consumer_offsets'),
        positions: fc.array(fc.tuple(fc.nat(40), fc.constantFrom(0, 1, 2, 9, 2 ** 31, Number.MAX_SAFE_INTEGER))),
        isEnd: fc.boolean(),
      })
      .map(({ positions, isEnd, ...origin }) =>
        new CursorEncoder({ kind: RecordLogKind.kafka, logId, ...origin }).encode(new Map(positions), isEnd),
      );
    const cursor = fc.constantFrom(...cursors);
    const written: Arbitrary<string> = fc.oneof(
      cursor,
      forged,
      fc.tuple(cursor, fc.nat(90), byte).map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
      fc.tuple(cursor, fc.nat(90)).map(([text, at]) => text.slice(0, at)),
      fc.tuple(cursor, cursor, fc.nat(90)).map(([text, other, at]) => text.slice(0, at) + other.slice(at)),
      fc.tuple(cursor, fc.nat(3_000)).map(([text, more]) => text + text.slice(-1).repeat(more)),
      bytes,
    );
    const ways = fc.constantFrom('stream?', 'poll?waitMs=0&');
    await holds(
      fc.tuple(written, knownId, ways, fc.boolean()).map(([text, id, way, isHeader]) => {
        const path = `/api/feeds/${way}id=${encodeURIComponent(id)}`;
        if (isHeader) return getCase(path, id, [['Last-Event-ID', inHeader(text)]]);
        return getCase(`${path}&after=${percentEach(text)}`, id);
      }),
    );
  });

  it('as headers, it is answered with an error or as if it were not there', async () => {
    const names = fc.constantFrom(
      ...['Accept', 'Accept-Encoding', 'Authorization', 'Connection', 'Content-Length', 'Content-Type', 'Cookie'],
      ...[
        'Expect',
        'Forwarded',
        'Host',
        'If-None-Match',
        'Last-Event-ID',
        'Next-Action',
        'Next-Url',
        'Origin',
        'Range',
      ],
      ...[
        'RSC',
        'Referer',
        'Sec-Fetch-Site',
        'TE',
        'Trailer',
        'Transfer-Encoding',
        'Upgrade',
        'Via',
        'X-Forwarded-For',
      ],
      ...['X-Forwarded-Host', 'X-Forwarded-Proto', 'X-HTTP-Method-Override', 'X-Matched-Path', 'X-Middleware-Next'],
      ...['X-Middleware-Rewrite', 'X-Middleware-Subrequest', 'X-Nextjs-Data', 'X-Now-Route-Matches', 'X-Request-Id'],
    );
    const values = fc.oneof(
      headerBytes,
      fc.constantFrom('1', '0', 'chunked', 'gzip, chunked', 'close', 'h2c', 'websocket', '100-continue', 'bytes=0-1'),
      fc.constantFrom(
        '/healthz',
        'https://example.com',
        'null',
        'a'.repeat(2_000),
        '127.0.0.1, ::1',
        'middleware:'.repeat(9),
      ),
    );
    const anyName = fc.string({ unit: fc.constantFrom(...'abcXYZ-_09!~'), minLength: 1, maxLength: 20 });
    const header = fc.tuple(fc.oneof(names, anyName), values);
    const paths = fc.constantFrom('/getData/order?last=9', '/api/feeds/order/poll?waitMs=0&from=earliest', '*');
    const method = fc.oneof(
      { weight: 3, arbitrary: fc.constant('GET') },
      fc.constantFrom('HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'),
    );
    await holds(
      fc.tuple(method, paths, fc.array(header, { maxLength: 12 })).map(([name, path, headers]) => ({
        method: name,
        target: path,
        headers: [HOST, ...headers],
        id: 'order',
      })),
    );
  });

  it('as a query, it is answered with an error or as PROTOCOL.md says', async () => {
    const names = fc.constantFrom(
      ...[
        'after',
        'end',
        'fault',
        'format',
        'from',
        'lane',
        'last',
        'limit',
        'prefix',
        'rttMs',
        'since',
        'topic',
        'waitMs',
      ],
      ...['token', '_rsc', '__proto__', 'constructor', 'id'],
    );
    const values = fc.oneof(
      fc.constantFrom(
        '',
        '0',
        '1',
        '-1',
        '1e9',
        '999999999',
        '0x1',
        'NaN',
        'now',
        'earliest',
        'raw',
        'envelope',
        'null',
      ),
      targetBytes.map((text) => text.replaceAll('&', '+')),
      bytes.map(percentEach),
    );
    const pair = fc
      .tuple(fc.oneof({ weight: 4, arbitrary: names }, targetBytes), values)
      .map((parts) => parts.join('='));
    const paths = fc.constantFrom(
      '/getData/order',
      '/api/feeds/order/stream',
      '/api/feeds/order/poll',
      '/api/feeds/stream',
      '/api/feeds/poll',
    );
    await holds(
      fc.tuple(paths, fc.array(pair, { maxLength: 8 })).map(([path, pairs]) => {
        // The last one would wait: what is asked of a poll is to answer at once, where it does not say otherwise before.
        const query = [...pairs.filter((text) => !text.startsWith('waitMs=')), 'waitMs=0'].join('&');
        const named = pairs
          .find((text) => text.startsWith('id='))
          ?.slice(3)
          .replaceAll('+', ' ');
        const id = path.includes('order') ? 'order' : meantBy(named ?? '');
        return getCase(`${path}?${query}`, id);
      }),
    );
  });
});
