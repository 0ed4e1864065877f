import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { predictPartition } from './partitioner.ts';
import type {
  FeedIdRule,
  LogGap,
  LogRecord,
  PausableReading,
  RecordBatch,
  RecordId,
  RecordLog,
  RecordLogHandler,
  RecordPublisher,
  TopicSnapshot,
} from './port.ts';
import { recordIdOf } from './record-id.ts';

/** One adapter, with a topic of its own that is empty, ready to be read. */
export interface RecordLogFixture {
  readonly log: RecordLog & RecordPublisher & PausableReading;
  readonly topic: string;
  readonly close: () => Promise<void>;
}

/** Notes everything that a record log says. */
export class RecordingHandler implements RecordLogHandler {
  readonly calls: string[] = [];
  readonly snapshots: TopicSnapshot[] = [];
  readonly batches: RecordBatch[] = [];
  readonly gaps: LogGap[] = [];

  onTopic(snapshot: TopicSnapshot): void {
    this.calls.push('topic');
    this.snapshots.push(snapshot);
  }

  onBatch(batch: RecordBatch): void {
    this.calls.push('batch');
    this.batches.push(batch);
  }

  onGap(gap: LogGap): void {
    this.calls.push('gap');
    this.gaps.push(gap);
  }

  records(partition?: number): LogRecord[] {
    const batches = this.batches.filter((batch) => partition === undefined || batch.partition === partition);
    return batches.flatMap(({ records }) => records);
  }

  values(): string[] {
    return textsOf(this.records());
  }

  /** Those that have come since a topic was begun, or begun anew, for the last time. */
  valuesSinceTopic(): string[] {
    const before = this.calls.slice(0, this.calls.lastIndexOf('topic')).filter((call) => call === 'batch').length;
    return textsOf(this.batches.slice(before).flatMap(({ records }) => records));
  }
}

function textsOf(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => value?.toString() ?? '');
}

/** @param recordIdIn as every adapter takes it; without it the ID is the key */
type OpenRecordLog = (recordIdIn?: (topic: string) => RecordId) => Promise<RecordLogFixture>;

/** The contract of `RecordLog`; every adapter passes it, Kafka's against a real broker. */
export function describeRecordLog(name: string, open: OpenRecordLog): void {
  describe(`record log contract: ${name}`, () => {
    let fixture: RecordLogFixture;
    let handler: RecordingHandler;
    let stop: () => Promise<void>;

    const begin = async (recordIdIn?: (topic: string) => RecordId): Promise<void> => {
      fixture = await open(recordIdIn);
      handler = new RecordingHandler();
      stop = fixture.log.read(handler);
      await vi.waitFor(() => expect(fixture.log.status().state).toBe('live'), { timeout: 20_000, interval: 20 });
    };
    const end = async (): Promise<void> => {
      await stop();
      await fixture.close();
    };
    beforeEach(() => begin());
    afterEach(end);

    const publish = (key: string | Buffer, value: string) =>
      fixture.log.publish(fixture.topic, { key, value: Buffer.from(value) });
    const arrived = (count: number) =>
      vi.waitFor(() => expect(handler.records()).toHaveLength(count), { timeout: 20_000, interval: 5 });

    it('says what a topic is before it hands over its first batch', async () => {
      await publish('1234', 'first');
      await arrived(1);
      expect(handler.calls[0]).toBe('topic');
      const [snapshot] = handler.snapshots;
      expect(snapshot?.origin).toMatchObject({ kind: fixture.log.kind, topic: fixture.topic });
      expect(snapshot?.origin.epoch).toMatch(/^[\w-]{20,}$/);
      expect(snapshot?.origin.logId).not.toBe('');
      expect([...(snapshot?.positions.keys() ?? [])].sort()).toEqual(
        Array.from({ length: snapshot?.origin.partitionCount ?? 0 }, (_, partition) => partition),
      );
    });

    it('hands over each record once, in the order of its partition, as it was published', async () => {
      const published = Array.from({ length: 200 }, (_, index) => ({
        key: `id-${index % 7}`,
        value: `value ${index}`,
      }));
      for (const { key, value } of published) await publish(key, value);
      await arrived(published.length);
      for (const id of new Set(published.map(({ key }) => key))) {
        const got = handler.records().filter(({ key }) => key?.toString() === id);
        const wanted = published.filter(({ key }) => key === id).map(({ value }) => value);
        expect(got.map(({ value }) => value?.toString())).toEqual(wanted);
        expect(got.every(({ timestampMs }) => timestampMs > 1_600_000_000_000)).toBe(true);
      }
      expect(handler.gaps).toEqual([]);
    });

    it('puts a key where the murmur2 partitioner predicts, and tells the offset that it gave', async () => {
      const [snapshot] = handler.snapshots;
      const count = snapshot?.origin.partitionCount ?? 0;
      for (const key of ['1234', '1235', 'ä', 'a-much-longer-key-than-the-others']) {
        const { partition, offset } = await publish(key, key);
        expect(partition).toBe(predictPartition('murmur2', Buffer.from(key), count));
        await vi.waitFor(() => {
          const stored = handler.records(partition).find((record) => record.offset === offset);
          expect(stored?.value?.toString()).toBe(key);
        });
      }
    });

    it('says with each batch how far its partition has been read, without a step back', async () => {
      for (let index = 0; index < 50; index += 1) await publish(`id-${index}`, 'x');
      await arrived(50);
      const reached = new Map(handler.snapshots[0]?.positions);
      for (const { partition, records, nextPosition } of handler.batches) {
        for (const { offset } of records) {
          expect(offset).toBeGreaterThanOrEqual(reached.get(partition) ?? 0);
          expect(offset).toBeLessThan(nextPosition);
        }
        expect(nextPosition).toBeGreaterThanOrEqual(reached.get(partition) ?? 0);
        reached.set(partition, nextPosition);
      }
    });

    it('hands over nothing more once it was stopped', async () => {
      await publish('1234', 'before');
      await arrived(1);
      await stop();
      await publish('1234', 'after').catch(() => undefined);
      expect(handler.values()).toEqual(['before']);
    });

    it('hands over nothing while it is paused, takes records all the same, and then each of them once and in order', async () => {
      await publish('1234', 'before');
      await arrived(1);
      const resume = fixture.log.pause();
      expect(fixture.log.status().state).toBe('degraded');
      expect(() => fixture.log.pause()).toThrow('already');
      for (let index = 0; index < 50; index += 1) await publish('1234', `value ${index}`);
      expect(handler.values()).toEqual(['before']);
      resume();
      await arrived(51);
      expect(handler.values()).toEqual(['before', ...Array.from({ length: 50 }, (_, index) => `value ${index}`)]);
      await vi.waitFor(() => expect(fixture.log.status().state).toBe('live'), { timeout: 20_000, interval: 20 });
      expect(handler.gaps).toEqual([]);
    });

    describe('its history', () => {
      const readAll = (key: string, from: number, to: number): Promise<string[]> =>
        readIn(partitionOf(key), key, from, to);
      const readIn = async (partition: number, idBytes: string, from: number, to: number): Promise<string[]> => {
        const { signal } = new AbortController();
        const values: string[] = [];
        for (let next = from; next < to; ) {
          const request = { topic: fixture.topic, epoch: epoch(), partition, idBytes, from: next, to, signal };
          const page = await fixture.log.readHistory(request);
          expect(page.next).toBeGreaterThan(next);
          expect(page.next).toBeLessThanOrEqual(to);
          values.push(...page.records.map(({ value }) => value?.toString() ?? ''));
          next = page.next;
        }
        return values;
      };
      const epoch = (): string => handler.snapshots[0]?.origin.epoch ?? '';
      const partitionOf = (key: string): number => {
        const count = handler.snapshots[0]?.origin.partitionCount ?? 0;
        return predictPartition('murmur2', Buffer.from(key, 'latin1'), count) ?? 0;
      };

      it('gives every record of a key between two offsets, once and in order, as it was handed over', async () => {
        for (let index = 0; index < 300; index += 1) await publish(`id-${index % 3}`, `value ${index}`);
        await arrived(300);
        for (const key of ['id-0', 'id-1', 'id-2']) {
          const stored = handler.records(partitionOf(key)).filter((record) => record.key?.toString() === key);
          const values = stored.map(({ value }) => value?.toString());
          const end = (stored.at(-1)?.offset ?? 0) + 1;
          expect(await readAll(key, 0, end)).toEqual(values);
          expect(await readAll(key, (stored[40]?.offset ?? 0) + 1, stored[60]?.offset ?? 0)).toEqual(
            values.slice(41, 60),
          );
        }
      });

      it('gives the records of a key that is no text, by its bytes', async () => {
        const key = Buffer.from([0, 0, 0, 0, 0, 0xff, 4, 0xd2]);
        for (let index = 0; index < 20; index += 1) {
          await publish(key, `value ${index}`);
          await publish(`other ${index}`, 'x');
        }
        await arrived(40);
        const idBytes = key.toString('latin1');
        const last = handler.records(partitionOf(idBytes)).at(-1);
        const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
        expect(await readAll(idBytes, 0, (last?.offset ?? 0) + 1)).toEqual(values);
      });

      it.each([
        { in: 'header', name: 'order-id' },
        { in: 'json', path: ['order', 'id'] },
      ] satisfies FeedIdRule[])(
        'gives every record of an ID that stands in the $in, from each partition',
        async (rule) => {
          await end();
          await begin(() => recordIdOf(rule));
          const ids = ['1234', 'id-1', 'ä'];
          for (let index = 0; index < 120; index += 1) {
            const id = ids[index % 3] ?? '';
            const value = Buffer.from(JSON.stringify({ index, order: { id } }));
            // As keys the others' IDs: none of them counts.
            const key = `${ids[(index + 1) % 3]}${index % 10}`;
            await fixture.log.publish(fixture.topic, { key, value, headers: { 'order-id': id } });
          }
          await fixture.log.publish(fixture.topic, { key: '1234', value: Buffer.from('without an ID') });
          await arrived(121);
          const partitions = [...(handler.snapshots[0]?.positions.keys() ?? [])];
          const found = await Promise.all(
            partitions.map((partition) => {
              const to = (handler.records(partition).at(-1)?.offset ?? -1) + 1;
              return Promise.all(ids.map((id) => readIn(partition, Buffer.from(id).toString('latin1'), 0, to)));
            }),
          );
          expect(partitions.filter((partition) => handler.records(partition).length > 0).length).toBeGreaterThan(1);
          for (const [index, partition] of partitions.entries()) {
            const stored = textsOf(handler.records(partition)).filter((value) => value.startsWith('{'));
            const wanted = ids.map((id) => stored.filter((value) => JSON.parse(value).order.id === id));
            expect(found[index]).toEqual(wanted);
          }
        },
      );

      it('knows of every partition the oldest offset kept and the next one, and which topic that is', async () => {
        const { partition } = await publish('1234', 'one');
        const { offset } = await publish('1234', 'two');
        const bounds = await fixture.log.bounds(fixture.topic, new AbortController().signal);
        expect(bounds.epoch).toBe(epoch());
        expect(bounds.partitions.get(partition)).toEqual({ oldest: 0, end: offset + 1 });
        const partitions = Array.from(
          { length: handler.snapshots[0]?.origin.partitionCount ?? 0 },
          (_, index) => index,
        );
        expect([...bounds.partitions.keys()].sort()).toEqual(partitions);
      });

      it('says nothing, rather than that nothing is there, of offsets above the end', async () => {
        const { partition, offset } = await publish('1234', 'one');
        const { signal } = new AbortController();
        const from = offset + 5;
        const asked = { topic: fixture.topic, epoch: epoch(), partition, idBytes: '1234', from, to: from + 4, signal };
        expect(await fixture.log.readHistory(asked)).toEqual({ records: [], next: from });
      });

      it('ends a wait with its signal', async () => {
        const { partition } = await publish('1234', 'one');
        const signal = AbortSignal.abort(new Error('gone'));
        const request = { topic: fixture.topic, epoch: epoch(), partition, idBytes: '1234', from: 0, to: 1, signal };
        await expect(fixture.log.readHistory(request)).rejects.toThrow('gone');
      });
    });

    it('keeps the headers of a record', async () => {
      await fixture.log.publish(fixture.topic, { key: '1234', value: Buffer.from('x'), headers: { 'feed-end': '1' } });
      await arrived(1);
      expect(String(handler.records()[0]?.headers?.['feed-end'])).toBe('1');
    });

    it('refuses to publish to a topic that does not exist', async () => {
      await expect(fixture.log.publish('no-such-topic', { key: 'a', value: Buffer.from('b') })).rejects.toThrow();
    });
  });
}
