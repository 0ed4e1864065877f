import { describe, expect, it } from 'vitest';
import type { TopicSnapshot } from '../record-log/port.ts';
import { ReadingProgress } from './reading-progress.ts';

const record = { offset: 10, key: null, value: null, headers: undefined, timestampMs: 0 };

function snapshot(topic: string, epoch = 'one'): TopicSnapshot {
  const origin = { kind: 'kafka', logId: 'log', epoch, topic, partitionCount: 2 } as const;
  return {
    origin,
    positions: new Map([
      [0, 10],
      [1, 20],
    ]),
  };
}

const bounds = {
  epoch: 'one',
  partitions: new Map([
    [0, { oldest: 0, end: 15 }],
    [1, { oldest: 0, end: 20 }],
  ]),
};

describe('how far a pod has read', () => {
  it('is told in records that it has not read yet, over all partitions', () => {
    const progress = new ReadingProgress(['orders'], () => 0);
    progress.onTopic(snapshot('orders'));
    expect(progress.lagRecords('orders', bounds)).toBe(5);
    progress.onBatch({ topic: 'orders', partition: 0, records: [record], nextPosition: 12 });
    expect(progress.lagRecords('orders', bounds)).toBe(3);
    progress.onGap({ topic: 'orders', partition: 0, from: 12, to: 14, reason: 'retention' });
    expect(progress.lagRecords('orders', bounds)).toBe(1);
  });

  it('is never less than nothing, though more was read since the log was asked', () => {
    const progress = new ReadingProgress(['orders'], () => 0);
    progress.onTopic(snapshot('orders'));
    progress.onBatch({ topic: 'orders', partition: 1, records: [record], nextPosition: 25 });
    expect(progress.lagRecords('orders', bounds)).toBe(5);
  });

  it('counts all of a partition that is new and was not read at all', () => {
    const progress = new ReadingProgress(['orders'], () => 0);
    progress.onTopic(snapshot('orders'));
    const grown = new Map([...bounds.partitions, [2, { oldest: 3, end: 10 }] as const]);
    expect(progress.lagRecords('orders', { epoch: 'one', partitions: grown })).toBe(12);
  });

  it('is not known before the topic is, nor against another topic of the same name', () => {
    const progress = new ReadingProgress(['orders'], () => 0);
    expect(progress.lagRecords('orders', bounds)).toBeNull();
    progress.onTopic(snapshot('orders', 'two'));
    expect(progress.lagRecords('orders', bounds)).toBeNull();
  });

  it('has an age from the last record on, whatever comes of topics that do not count', () => {
    let nowMs = 1_000;
    const progress = new ReadingProgress(['orders'], () => nowMs);
    expect(progress.lastRecordAgeMs).toBeNull();
    progress.onBatch({ topic: 'feedline-control', partition: 0, records: [record], nextPosition: 11 });
    progress.onBatch({ topic: 'orders', partition: 0, records: [], nextPosition: 11 });
    expect(progress.lastRecordAgeMs).toBeNull();
    progress.onBatch({ topic: 'orders', partition: 0, records: [record], nextPosition: 12 });
    nowMs = 3_500;
    expect(progress.lastRecordAgeMs).toBe(2_500);
  });
});
