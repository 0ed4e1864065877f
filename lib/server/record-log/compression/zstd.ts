/** Zstandard (RFC 8878): by Node where it can (22.15 and later), else in JavaScript. */
import zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { GrowingBytes, tooLarge } from './growing-bytes.ts';

type NativeZstd = (
  source: Buffer,
  options: { readonly maxOutputLength: number },
  callback: (error: Error | null, bytes: Buffer) => void,
) => void;

/** Not in the types of the oldest Node that is supported. */
const { zstdDecompress: native } = zlib as { readonly zstdDecompress?: NativeZstd };

/** @throws where it is damaged */
export async function decompressZstd(source: Buffer, limit: number): Promise<Buffer> {
  if (native === undefined) return decompressZstdInJavascript(source, limit);
  const parts: Buffer[] = [];
  let left = limit;
  // Node by itself reads the first frame alone, and takes one that is cut off for a whole one.
  for (const frame of framesOf(source, limit)) {
    const part = await readNatively(native, frame, left);
    parts.push(part);
    left -= part.length;
  }
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}

function readNatively(decompress: NativeZstd, frame: Buffer, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // 0 is not allowed.
    const options = { maxOutputLength: Math.max(1, limit) };
    decompress(frame, options, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** What zstd itself takes unless it is told otherwise. */
const WINDOW_BYTES_MAX = 134_217_728;
const BLOCK_HEADER_BYTES = 3;
const RAW_BLOCK = 0;
const REPEATED_BLOCK = 1;
const CHECKSUM_BYTES = 4;

/** One frame at a time, and none with a window that would have to be larger than all that may come out. */
export function decompressZstdInJavascript(source: Buffer, limit: number): Buffer {
  const out = new GrowingBytes(limit, 4 * source.length);
  for (const frame of framesOf(source, limit)) readFrame(frame, out);
  return out.written();
}

/** Those that hold something. @throws RangeError where the last one is cut off, or one is too large */
function* framesOf(source: Buffer, limit: number): Generator<Buffer> {
  for (let at = 0; at < source.length; ) {
    const { end, isSkippable } = frameAt(source, at, limit);
    if (end > source.length) throw new RangeError('it ends too soon');
    if (!isSkippable) yield source.subarray(at, end);
    at = end;
  }
}

function readFrame(frame: Buffer, out: GrowingBytes): void {
  let isWhole = false;
  const reader = new Decompress((chunk, isLast) => {
    out.append(chunk, 0, chunk.length);
    isWhole ||= isLast === true;
  });
  reader.push(frame, true);
  if (!isWhole) throw new RangeError('it ends too soon');
}

interface Frame {
  readonly end: number;
  readonly isSkippable: boolean;
}

/** Looks through the heads of a frame and of its blocks. */
function frameAt(source: Buffer, start: number, limit: number): Frame {
  const magic = source.readUInt32LE(start);
  if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC)
    return { end: start + 8 + source.readUInt32LE(start + 4), isSkippable: true };
  if (magic !== MAGIC) throw new RangeError('it is no Zstandard frame');
  const head = source.readUInt8(start + 4);
  const isSingleSegment = (head & 0x20) !== 0;
  const idBytes = [0, 1, 2, 4][head & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][head >>> 6] ?? 0;
  const sizeAt = start + 5 + (isSingleSegment ? 0 : 1) + idBytes;
  // A frame in a single segment has a window of its content.
  const windowBytes = isSingleSegment ? sizeOf(source, sizeAt, sizeBytes) : windowOf(source.readUInt8(start + 5));
  if (windowBytes > (isSingleSegment ? limit : WINDOW_BYTES_MAX)) throw tooLarge(limit);
  let at = sizeAt + sizeBytes;
  for (let isLast = false; !isLast; ) {
    const block = source.readUIntLE(at, BLOCK_HEADER_BYTES);
    isLast = (block & 1) === 1;
    const kind = (block >>> 1) & 3;
    at += BLOCK_HEADER_BYTES + (kind === REPEATED_BLOCK ? 1 : block >>> 3);
    // Of the others no more than 128 KB comes out, whatever they say.
    if (kind === RAW_BLOCK || kind === REPEATED_BLOCK) if (block >>> 3 > limit) throw tooLarge(limit);
  }
  return { end: at + ((head & 0x04) === 0 ? 0 : CHECKSUM_BYTES), isSkippable: false };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

function sizeOf(source: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return Number(source.readBigUInt64LE(at));
  return source.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}
