// kafkajs's own table of codecs, of which it has but gzip; the version is pinned.
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import compression from 'kafkajs/src/protocol/message/compression/index.js';
import { decompressLz4 } from './compression/lz4.ts';
import { decompressSnappy } from './compression/snappy.ts';
import { decompressZstd } from './compression/zstd.ts';

/**
 * Most bytes that one batch may have when it is decompressed. A producer fills 16 KB by default, and a broker takes
 * 1 MB as it is stored, so more than this is an accident or an attack; it would be as much memory, in each pod.
 */
export const DECOMPRESSED_BYTES_MAX = 67_108_864;

type Decompress = (source: Buffer, limit: number) => Buffer | Promise<Buffer>;

const unzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.unzip);

const GZIP = 1;

/** By the number that they have in a batch's attributes. */
const CODECS: ReadonlyMap<number, { readonly name: string; readonly decompress: Decompress }> = new Map([
  [GZIP, { name: 'gzip', decompress: (source, limit) => unzip(source, { maxOutputLength: limit }) }],
  [2, { name: 'snappy', decompress: decompressSnappy }],
  [3, { name: 'lz4', decompress: decompressLz4 }],
  [4, { name: 'zstd', decompress: decompressZstd }],
]);
const CODEC_MASK = 0x07;

// What is of an older format kafkajs decodes itself.
for (const codec of CODECS.keys()) {
  if (codec !== GZIP) compression.Codecs[codec] = () => ({ decompress: (bytes) => decompress(codec, bytes) });
}

/** Of a batch's attributes; 0 where it is not compressed. */
export function codecOf(attributes: number): number {
  return attributes & CODEC_MASK;
}

/** @throws RangeError in words */
export async function decompress(codec: number, bytes: Buffer): Promise<Buffer> {
  const known = CODECS.get(codec);
  if (known === undefined) throw new RangeError(`A record batch is compressed in a way that is not known (${codec}).`);
  try {
    return await known.decompress(bytes, DECOMPRESSED_BYTES_MAX);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RangeError(`A record batch cannot be decompressed (${known.name}): ${why}.`, { cause: error });
  }
}
