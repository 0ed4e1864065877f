/** Snappy, bare (librdkafka) or in the framing of xerial's snappy-java (Kafka's own clients, Sarama). */
import { GrowingBytes } from './growing-bytes.ts';

const XERIAL_MAGIC = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0]);
/** Its magic, its version, and the oldest one that can read it. */
const XERIAL_HEADER_BYTES = 16;
/** A literal's length from here on stands in as many bytes more as it exceeds this. */
const LONG_LITERAL = 59;

/** @throws RangeError where it is damaged */
export function decompressSnappy(source: Buffer, limit: number): Buffer {
  const out = new GrowingBytes(limit, 4 * source.length);
  if (!source.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    readBlock(source, out);
    return out.written();
  }
  for (let at = XERIAL_HEADER_BYTES; at < source.length; ) {
    if (at + 4 > source.length) throw new RangeError('it ends too soon');
    const start = at + 4;
    at = start + source.readUInt32BE(at);
    if (at > source.length) throw new RangeError('it ends too soon');
    readBlock(source.subarray(start, at), out);
  }
  return out.written();
}

function readBlock(block: Buffer, out: GrowingBytes): void {
  const start = out.length;
  const { value: length, at: first } = varint(block);
  let at = first;
  while (at < block.length) {
    const tag = block[at] ?? 0;
    at += 1;
    if ((tag & 3) === 0) {
      const extra = Math.max(0, (tag >>> 2) - LONG_LITERAL);
      const count = (extra === 0 ? tag >>> 2 : uint(block, at, extra)) + 1;
      at += extra;
      out.append(block, at, count);
      at += count;
    } else {
      const width = COPY_WIDTHS[tag & 3] ?? 0;
      const low = uint(block, at, width);
      at += width;
      const isShort = width === 1;
      const distance = isShort ? ((tag >>> 5) << 8) | low : low;
      out.repeat(distance, isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1);
    }
    if (out.length - start > length) break;
  }
  if (out.length - start !== length) throw new RangeError('it does not hold as many bytes as it says');
}

/** Bytes of the distance, by the kind of tag. */
const COPY_WIDTHS = [0, 1, 2, 4];

function varint(bytes: Buffer): { readonly value: number; readonly at: number } {
  let value = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { value, at: at + 1 };
  }
  throw new RangeError('it does not say how long it is');
}

function uint(bytes: Buffer, at: number, width: number): number {
  if (at + width > bytes.length) throw new RangeError('it ends too soon');
  return bytes.readUIntLE(at, width);
}
