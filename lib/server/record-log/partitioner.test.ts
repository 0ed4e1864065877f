import { describe, expect, it } from 'vitest';
import { type Partitioner, predictPartition } from './partitioner.ts';

/** With 2^32 partitions the partition is the hash itself. */
function predict(partitioner: Partitioner, key: string, partitionCount: number): number | null {
  return predictPartition(partitioner, Buffer.from(key), partitionCount);
}

describe('partitioner', () => {
  it('murmur2 agrees with the vectors of Kafka’s own test (UtilsTest.testMurmur2)', () => {
    const vectors = {
      '21': -973932308,
      foobar: -790332482,
      'a-little-bit-long-string': -985981536,
      'a-little-bit-longer-string': -1486304829,
      lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
      abc: 479470107,
    };
    for (const [key, hash] of Object.entries(vectors)) {
      expect(predict('murmur2', key, 2 ** 31)).toBe(hash & 0x7fffffff);
    }
  });

  it('crc32 agrees with the standard check value', () => {
    expect(predict('crc32', '123456789', 2 ** 32)).toBe(0xcbf43926);
    expect(predict('crc32', '123456789', 10)).toBe(0xcbf43926 % 10);
  });

  it('fnv1a agrees with the published vectors, taken as signed as Sarama does', () => {
    expect(predict('fnv1a', '', 2 ** 31)).toBe(Math.abs(0x811c9dc5 | 0));
    expect(predict('fnv1a', 'a', 1_000)).toBe(Math.abs((0xe40c292c | 0) % 1_000));
    expect(predict('fnv1a', 'foobar', 1_000)).toBe(Math.abs((0xbf9cf968 | 0) % 1_000));
  });

  it('any predicts nothing', () => {
    expect(predict('any', '1234', 6)).toBeNull();
  });
});
