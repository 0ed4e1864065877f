/**
 * Where a record with a given key is put, for the partitioners that producers use by default. With it a feed knows
 * the one partition it lives in, and its cursor is one number.
 */
export type Partitioner = 'murmur2' | 'crc32' | 'fnv1a' | 'any';
export const PARTITIONERS = ['murmur2', 'crc32', 'fnv1a', 'any'] as const satisfies readonly Partitioner[];

/**
 * The partition of a key, or null when it cannot be known (`any`).
 *
 * @param hash what `keyHash` gives for the key, where it is known already
 */
export function predictPartition(
  partitioner: Partitioner,
  key: Uint8Array,
  partitionCount: number,
  hash?: number,
): number | null {
  switch (partitioner) {
    case 'murmur2':
      // Kafka's BuiltInPartitioner.partitionForKey: toPositive(murmur2(key)) % n. kafkajs does the same.
      return ((hash ?? murmur2(key)) & 0x7fffffff) % partitionCount;
    case 'crc32':
      // librdkafka's `consistent_random`: the CRC as an unsigned number.
      return crc32(key) % partitionCount;
    case 'fnv1a': {
      // Sarama's NewHashPartitioner: FNV-1a as a signed number, remainder, absolute value.
      return Math.abs((fnv1a(key) | 0) % partitionCount);
    }
    case 'any':
      return null;
  }
}

/** A number of 32 bits for a key. It is murmur2, since that of most keys is needed anyway. */
export function keyHash(key: Uint8Array): number {
  return murmur2(key);
}

/** Murmur2 as in Kafka's `Utils.murmur2`, as an unsigned 32-bit number. */
function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const { length } = data;
  let h = 0x9747b28c ^ length;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    let k = Math.imul(readLittleEndian(data, index), m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length - index;
  if (rest > 0) {
    for (let tail = rest - 1; tail >= 0; tail -= 1) h ^= (data[index + tail] ?? 0) << (8 * tail);
    h = Math.imul(h, m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return (h ^ (h >>> 15)) >>> 0;
}

function readLittleEndian(data: Uint8Array, at: number): number {
  return (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16) | ((data[at + 3] ?? 0) << 24);
}

function fnv1a(data: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 (IEEE); `node:zlib` has one only from Node 22.2 on. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
