import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { predictPartition } from './partitioner.ts';
import type {
  LogGap,
  LogRecord,
  RecordBatch,
  RecordLog,
  RecordLogHandler,
  RecordPublisher,
  TopicSnapshot,
} from './port.ts';

/** One adapter, with a topic of its own that is empty, ready to be read. */
export interface RecordLogFixture {
  readonly log: RecordLog & RecordPublisher;
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
    return this.records().map(({ value }) => value?.toString() ?? '');
  }
}

/** The contract of `RecordLog`; every adapter passes it, Kafka's against a real broker. */
export function describeRecordLog(name: string, open: () => Promise<RecordLogFixture>): void {
  describe(`record log contract: ${name}`, () => {
    let fixture: RecordLogFixture;
    let handler: RecordingHandler;
    let stop: () => Promise<void>;

    beforeEach(async () => {
      fixture = await open();
      handler = new RecordingHandler();
      stop = fixture.log.read(handler);
      await vi.waitFor(() => expect(fixture.log.status().state).toBe('live'), { timeout: 20_000, interval: 20 });
    });

    afterEach(async () => {
      await stop();
      await fixture.close();
    });

    const publish = (key: string, value: string) => fixture.log.publish(fixture.topic, key, Buffer.from(value));
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

    it('refuses to publish to a topic that does not exist', async () => {
      await expect(fixture.log.publish('no-such-topic', 'a', Buffer.from('b'))).rejects.toThrow();
    });
  });
}
