/** LZ4 frames as Kafka's producers write them: independent or linked blocks, with or without sizes and checksums. */
import { GrowingBytes } from './growing-bytes.ts';

const MAGIC = 0x184d2204;
/** The last four bits may be any: bytes of somebody's own, to be passed over. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const VERSION = 1;
const CHECKSUM_BYTES = 4;
const SIZE_BYTES = 8;
const DICTIONARY_ID_BYTES = 4;
const STORED_FLAG = 0x80000000;
const MATCH_MIN = 4;
/** A length of this in a token goes on in the bytes behind it. */
const LONG_LENGTH = 15;

/** Checksums are passed over: Kafka has one of its own over each batch. @throws RangeError where it is damaged */
export function decompressLz4(source: Buffer, limit: number): Buffer {
  const out = new GrowingBytes(limit, 4 * source.length);
  let at = 0;
  while (at < source.length) at = readFrame(source, at, out);
  return out.written();
}

function readFrame(source: Buffer, start: number, out: GrowingBytes): number {
  const magic = uint32(source, start);
  if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) return start + 8 + uint32(source, start + 4);
  if (magic !== MAGIC) throw new RangeError('it is no LZ4 frame');
  const flags = byte(source, start + 4);
  if (flags >>> 6 !== VERSION) throw new RangeError('it is of an unknown version of LZ4');
  const hasBlockChecksums = (flags & 0x10) !== 0;
  const hasContentSize = (flags & 0x08) !== 0;
  const hasContentChecksum = (flags & 0x04) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  // Behind the flags: the largest size of a block, then what is optional, then a checksum of one byte.
  let at = start + 6 + (hasContentSize ? SIZE_BYTES : 0) + (hasDictionary ? DICTIONARY_ID_BYTES : 0) + 1;
  for (;;) {
    const word = uint32(source, at);
    at += 4;
    if (word === 0) return at + (hasContentChecksum ? CHECKSUM_BYTES : 0);
    const isStored = word >= STORED_FLAG;
    const end = at + (isStored ? word - STORED_FLAG : word);
    if (end > source.length) throw new RangeError('it ends too soon');
    if (isStored) out.append(source, at, end - at);
    else readBlock(source, at, end, out);
    at = end + (hasBlockChecksums ? CHECKSUM_BYTES : 0);
  }
}

function readBlock(source: Buffer, start: number, end: number, out: GrowingBytes): void {
  let at = start;
  /** Goes on as long as its bytes are full. */
  const lengthFrom = (first: number): number => {
    let length = first;
    if (first !== LONG_LENGTH) return length;
    for (let more = 0xff; more === 0xff; length += more) {
      more = byte(source, at);
      at += 1;
    }
    return length;
  };
  while (at < end) {
    const token = byte(source, at);
    at += 1;
    const literals = lengthFrom(token >>> 4);
    out.append(source, at, literals);
    at += literals;
    // The last sequence of a block has no match.
    if (at >= end) break;
    const distance = byte(source, at) | (byte(source, at + 1) << 8);
    at += 2;
    out.repeat(distance, lengthFrom(token & 0x0f) + MATCH_MIN);
  }
  if (at !== end) throw new RangeError('a block is not as long as it says');
}

function uint32(source: Buffer, at: number): number {
  if (at + 4 > source.length) throw new RangeError('it ends too soon');
  return source.readUInt32LE(at);
}

function byte(source: Buffer, at: number): number {
  const value = source[at];
  if (value === undefined) throw new RangeError('it ends too soon');
  return value;
}
