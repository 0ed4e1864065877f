import { describe, expect, it } from 'vitest';
import { EventFormat, FEED_END_HEADER, HeaderName, POLL_FULL_EVENTS, RecordLogKind } from '../../protocol/constants.ts';
import type { PollBody } from '../../protocol/events.ts';
import type { Begin } from '../hub/begin.ts';
import { Hub } from '../hub/hub.ts';
import type { LogRecord } from '../record-log/port.ts';
import { keyedTopics } from '../record-log/record-id.ts';
import { ListHistory } from '../testing/list-history.ts';
import { Polls } from './polls.ts';

const TOPIC = 'orders';
const ID = '1234';
const newClient = () => ({ signal: new AbortController().signal, connection: undefined });

class Fixture {
  readonly history = new ListHistory();
  readonly hub = new Hub({
    pod: 'pod-1',
    ring: { frames: 5_000, bytes: 10_000_000 },
    ringTotalBytes: 10_000_000,
    idleRingBytes: 10_000_000,
    lingerMs: 60_000,
    directorySize: 10,
    partitionerOf: () => 'murmur2',
    recordIdIn: keyedTopics,
    feedEndOf: () => 'header',
    history: this.history,
    beginRecordsMax: 1_000,
    now: () => 0,
  });
  readonly polls = new Polls({
    hub: this.hub,
    pod: 'pod-1',
    now: () => 7,
    whyNotReady: () => 'connecting to Kafka',
  });
  readonly stored: LogRecord[] = [];
  #offset = 0;

  /** @param position how far the pod has read when it begins */
  ready(position = 0): this {
    const origin = { kind: RecordLogKind.kafka, logId: 'cluster', epoch: 'first', topic: TOPIC, partitionCount: 1 };
    this.hub.onTopic({ origin, positions: new Map([[0, position]]) });
    return this;
  }

  append(...values: string[]): void {
    const records = values.map((value): LogRecord => {
      const offset = this.#offset;
      this.#offset += 1;
      return { offset, key: Buffer.from(ID), value: Buffer.from(value), headers: undefined, timestampMs: 0 };
    });
    this.stored.push(...records);
    this.history.add(0, ...records);
    this.hub.onBatch({ topic: TOPIC, partition: 0, records, nextPosition: this.#offset });
  }

  /** Records that were stored before the pod began. */
  store(...records: LogRecord[]): this {
    this.history.add(0, ...records);
    return this;
  }

  poll(waitMs: number, after: string | null = null, from = newClient()): Promise<Response> {
    const begin: Begin = after === null ? { at: 'now' } : { at: 'cursor', cursor: after };
    return this.polls.answer({ topic: TOPIC, id: ID, format: EventFormat.raw, begin, waitMs, terms: {} }, from);
  }

  pollLast(waitMs: number): Promise<Response> {
    const begin: Begin = { at: 'last', count: 1 };
    return this.polls.answer({ topic: TOPIC, id: ID, format: EventFormat.raw, begin, waitMs, terms: {} }, newClient());
  }

  async cursor(): Promise<string> {
    return (await this.poll(0)).headers.get(HeaderName.cursor) ?? '';
  }
}

const settle = (): Promise<void> => new Promise(setImmediate);

async function bodyOf(response: Response): Promise<PollBody> {
  expect(response.status).toBe(200);
  return JSON.parse(await response.text());
}

function dataOf({ events }: PollBody): string[] {
  return events.map((event) => ('data' in event ? event.data : 'gap'));
}

describe('polls', () => {
  it('answer at once what is there, and without waiting where nothing is', async () => {
    const fixture = new Fixture().ready();
    const cursor = await fixture.cursor();
    fixture.append('a', 'b');
    expect(dataOf(await bodyOf(await fixture.poll(60_000, cursor)))).toEqual(['a', 'b']);
    expect((await fixture.poll(0)).status).toBe(204);
  });

  it('that time out are 204 with a cursor from which nothing is missed', async () => {
    const fixture = new Fixture().ready();
    const response = await fixture.poll(5);
    expect(response.status).toBe(204);
    expect(response.headers.get(HeaderName.pod)).toBe('pod-1');
    expect(response.headers.get(HeaderName.clock)).toBe('received=7, sent=7');
    fixture.append('later');
    const next = await fixture.poll(0, response.headers.get(HeaderName.cursor));
    expect(dataOf(await bodyOf(next))).toEqual(['later']);
  });

  it('wait no longer than they were told to where the record log has nothing for them', async () => {
    const fixture = new Fixture().ready();
    const start = await fixture.cursor();
    const later = new Fixture();
    later.history.setEnd(0, 9);
    later.ready(9);
    const begunAtMs = performance.now();
    expect((await later.poll(20, start)).status).toBe(204);
    // What has to be read first may take two seconds, but only while it is read.
    expect(performance.now() - begunAtMs).toBeLessThan(1_000);
  });

  it('that do not wait are answered with what the record log has stored, page by page', async () => {
    const fixture = new Fixture().ready();
    const start = await fixture.cursor();
    fixture.append('a', 'b', 'c');
    fixture.hub.sweep();
    const later = new Fixture();
    later.history.add(0, ...fixture.stored);
    later.ready(fixture.stored.length);
    const got: string[] = [];
    let cursor = start;
    for (let pages = 0; got.length < 3 && pages < 9; pages += 1) {
      const body = await bodyOf(await later.poll(0, cursor));
      got.push(...dataOf(body));
      cursor = body.cursor;
    }
    expect(got).toEqual(['a', 'b', 'c']);
    expect((await later.poll(0, cursor)).status).toBe(204);
  });

  it('say that the feed is over in the answer that brings its last event, also where the record log has it', async () => {
    const key = Buffer.from(ID);
    const last = { offset: 0, key, value: key, headers: { [FEED_END_HEADER]: '' }, timestampMs: 0 };
    for (const waitMs of [0, 60_000]) {
      const fixture = new Fixture().store(last).ready(1);
      const body = await bodyOf(await fixture.pollLast(waitMs));
      expect(body).toMatchObject({ events: [{ data: ID }], ended: true });
    }
  });

  it('give all that one batch has brought in one answer', async () => {
    const fixture = new Fixture().ready();
    const waiting = fixture.poll(60_000);
    await Promise.resolve();
    fixture.append('a', 'b', 'c');
    const body = await bodyOf(await waiting);
    expect(dataOf(body)).toEqual(['a', 'b', 'c']);
    expect(body.ended).toBe(false);
    expect(body.cursor).toBe(await fixture.cursor());
  });

  it('are capped in events and in bytes, and the cursors of the pages join without a hole', async () => {
    const small = Array.from({ length: 4 * POLL_FULL_EVENTS }, (_, index) => String(index));
    const large = Array.from({ length: 40 }, (_, index) => String(index).padEnd(20_000, 'x'));
    for (const values of [small, large]) {
      const fixture = new Fixture().ready();
      let cursor = await fixture.cursor();
      fixture.append(...values);
      const got: string[] = [];
      let pages = 0;
      for (; got.length < values.length; pages += 1) {
        const response = await fixture.poll(0, cursor);
        const text = await response.clone().text();
        expect(text.length).toBeLessThan(200_000);
        const body = await bodyOf(response);
        expect(body.events.length).toBeLessThan(2 * POLL_FULL_EVENTS);
        got.push(...dataOf(body));
        cursor = body.cursor;
      }
      expect(got).toEqual(values);
      expect(pages).toBeGreaterThan(3);
    }
  });

  // Its time is that of a machine that has more to do.
  it('ten thousand of them on one feed wake within one pass over it, share its bytes, and leave nothing', {
    timeout: 60_000,
  }, async () => {
    const fixture = new Fixture().ready();
    const waiting = Array.from({ length: 10_000 }, () => fixture.poll(60_000));
    await settle();
    expect(fixture.polls.waitingCount).toBe(10_000);
    expect(fixture.hub.stats().readers).toBe(10_000);
    fixture.append('for all');
    // No timer and no I/O lies between the append and the answers: microtasks alone settle all of them.
    const settled = await Promise.race([
      Promise.all(waiting),
      new Promise<null>((resolve) => setImmediate(resolve, null)),
    ]);
    expect(settled).toHaveLength(10_000);
    const bodies = await Promise.all((settled ?? []).map((response) => response.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0] ?? '').events).toMatchObject([{ data: 'for all' }]);
    expect(fixture.polls.waitingCount).toBe(0);
    expect(fixture.hub.stats().readers).toBe(0);
    expect(fixture.polls.ends.get('events')).toBe(10_000);
  });

  it('whose client goes are over at once', async () => {
    const fixture = new Fixture().ready();
    const life = new AbortController();
    const waiting = fixture.poll(60_000, null, { signal: life.signal, connection: undefined });
    await settle();
    expect(fixture.hub.stats().readers).toBe(1);
    life.abort();
    await waiting;
    expect(fixture.hub.stats().readers).toBe(0);
    expect(fixture.polls.ends.get('client')).toBe(1);
    await fixture.poll(60_000, null, { signal: life.signal, connection: undefined });
    expect(fixture.polls.ends.get('client')).toBe(2);
  });

  it('wait for a pod that does not know its positions yet, and say why when that takes too long', async () => {
    const fixture = new Fixture();
    await expect(fixture.poll(0)).rejects.toMatchObject({
      code: 'not-ready',
      status: 503,
      message: expect.stringContaining('connecting to Kafka'),
    });
    const waiting = fixture.poll(60_000);
    fixture.ready();
    await new Promise(setImmediate);
    fixture.append('first');
    expect(dataOf(await bodyOf(await waiting))).toEqual(['first']);
  });

  it('are answered with their cursor when the pod shuts down, and refused from then on', async () => {
    const fixture = new Fixture().ready();
    const waiting = fixture.poll(60_000);
    await Promise.resolve();
    const drained = fixture.polls.drain();
    expect((await waiting).status).toBe(204);
    await drained;
    await expect(fixture.poll(60_000)).rejects.toMatchObject({ code: 'draining', status: 503 });
  });
});
