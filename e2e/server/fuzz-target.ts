import { randomBytes, randomUUID } from 'node:crypto';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { Kafka, logLevel } from 'kafkajs';
import { expect, vi } from 'vitest';
import { EventName } from '#lib/protocol/constants.ts';
import type { FeedList, HelloData } from '#lib/protocol/events.ts';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import type { HttpAnswer } from './http-answer.ts';
import { exchange, type RawRequest } from './raw-exchange.ts';
import { TestServer, type TestServerOptions } from './test-server.ts';

/** IDs that a server which decodes, cuts or normalises once too often takes for one another. */
export const IDS = [
  'order',
  'Order',
  'order.',
  'order/stream',
  'order%2Fstream',
  'order?id=other',
  'order#1',
  'order\r\nid: 1',
  'order&id=order.',
  ' order',
  'order\0',
  '.',
  '..',
  '../healthz',
  '_next/data',
  'é',
  'e\u0301',
  '\u{1F4A9}',
  '__proto__',
  'error',
  '*',
] as const;

const EVENTS = 3;
const EVENT_NAMES = new Set<string>(Object.values(EventName));

/** A server in front of feeds whose every value holds a mark that only that feed has. */
export class FuzzTarget {
  readonly server: TestServer;
  readonly topic: string;
  /** Mark of each feed. */
  readonly #marks: ReadonlyMap<string, string>;

  private constructor(server: TestServer, topic: string, marks: ReadonlyMap<string, string>) {
    this.server = server;
    this.topic = topic;
    this.#marks = marks;
  }

  static async start(brokers: readonly string[], options: Partial<TestServerOptions> = {}): Promise<FuzzTarget> {
    const topic = `it-${randomUUID()}`;
    const marks = new Map(IDS.map((id): [string, string] => [id, `mark-${randomBytes(8).toString('hex')}`]));
    await ensureTopic(brokers, { topic });
    await send(brokers, topic, marks);
    // All of it comes from one address, faster than any client would.
    const limits = { CLIENT_REQUESTS_PER_S: '0' };
    const about = { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPICS: topic, PING_MS: '50', ...limits };
    const server = await TestServer.start({ ...options, env: { ...about, ...options.env } });
    return new FuzzTarget(server, topic, marks);
  }

  /**
   * Sends a request and judges what comes back.
   *
   * @param granted whose bytes may come back
   * @param isEnough of a stream, which goes on for ever; default: with its first ping
   * @returns the answer; null where the connection was closed without one
   */
  async ask(
    request: RawRequest,
    granted: readonly string[],
    isEnough: (streamed: string) => boolean = hasPing,
  ): Promise<HttpAnswer | null> {
    const answer = await exchange(
      this.server.port,
      request,
      (come) => isStream(come) && isEnough(come.body.toString()),
    );
    if (answer === null) return null;
    const text = answer.body.toString('utf8');
    expect(answer.status, `${JSON.stringify(request)}: ${text}`).toBeLessThan(500);
    for (const [id, mark] of this.#marks)
      if (!granted.includes(id)) expect(text, JSON.stringify(request)).not.toContain(mark);
    if (request.method === 'HEAD') return answer;
    if (isStream(answer)) this.#judgeStream(text, answer.isOver);
    else if (answer.headers.get('content-type')?.includes('json')) expect(() => JSON.parse(text)).not.toThrow();
    return answer;
  }

  /** It lives, serves, and holds nothing of what it was asked. */
  async expectUnharmed(): Promise<void> {
    const { server } = this;
    await server.untilMetric('feedline_streams', 0);
    await server.untilMetric('feedline_readers', 0);
    await server.untilMetric('feedline_polls_waiting', 0);
    const id = 'order';
    const stream = await server.stream(`/getData/${id}?last=${EVENTS}`).untilOpen();
    await stream.until(() => expect(stream.values).toHaveLength(EVENTS));
    for (const value of stream.values) expect(value).toContain(this.#marks.get(id));
    stream.close();
    await vi.waitFor(async () => expect((await server.fetch('/readyz')).status).toBe(200));
  }

  /** Sends all of it once more, and waits until it has been read: the list has what came since the server began. */
  async untilListed(brokers: readonly string[]): Promise<void> {
    await send(brokers, this.topic, this.#marks);
    const listed = async (): Promise<FeedList> => (await (await this.server.fetch('/api/feeds')).json()) as FeedList;
    await vi.waitFor(async () => expect((await listed()).total).toBe(IDS.length), { timeout: 30_000 });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  #judgeStream(text: string, isOver: boolean): void {
    const events: EventSourceMessage[] = [];
    const parser = createParser({
      onEvent: (event) => void events.push(event),
      onError: (error) => expect.unreachable(`not an event stream: ${error.message}`),
    });
    parser.feed(text);
    if (isOver) expect(text.endsWith('\n\n')).toBe(true);
    for (const { event, data, id = '' } of events) {
      expect(id).toMatch(/^[!-~]*$/);
      if (event === undefined) continue;
      expect(EVENT_NAMES).toContain(event);
      expect(() => JSON.parse(data)).not.toThrow();
    }
  }
}

/** By then it has had what was stored, or been told why not, unless the server is busy; one that waits has no more. */
function hasPing(streamed: string): boolean {
  return streamed.includes(`event: ${EventName.ping}\n`);
}

/** `hello`, and as many of the stored events as it has promised. */
export function hasStored(streamed: string): boolean {
  const hello = new RegExp(`event: ${EventName.hello}\\ndata: (.*)\\n`).exec(streamed)?.[1];
  if (hello === undefined) return false;
  const { stored = 0 } = JSON.parse(hello) as Partial<HelloData>;
  return streamed.split('\ndata: {"seq"').length > stored;
}

async function send(brokers: readonly string[], topic: string, marks: ReadonlyMap<string, string>): Promise<void> {
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const messages = [...marks].flatMap(([key, mark]) =>
    Array.from({ length: EVENTS }, (_, index) => ({ key, value: JSON.stringify({ seq: index + 1, mark }) })),
  );
  await producer.send({ topic, messages });
  await producer.disconnect();
}

function isStream(answer: HttpAnswer): boolean {
  return answer.status === 200 && answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
}
