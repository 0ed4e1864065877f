import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressLz4 } from './compression/lz4.ts';
import { SAMPLE_TEXT, SAMPLES } from './compression/samples.ts';
import { decompressSnappy } from './compression/snappy.ts';
import { decompressZstdInJavascript } from './compression/zstd.ts';
import { DECOMPRESSED_BYTES_MAX, decompress } from './kafka-codecs.ts';

const LZ4_HEAD = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0]);
const LZ4_END = Buffer.alloc(4);
const LIMIT = 1_000_000;

function lz4Block(bytes: readonly number[], isStored = false): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(isStored ? bytes.length + 0x80000000 : bytes.length);
  return Buffer.concat([size, Buffer.from(bytes)]);
}

const lz4 = (...blocks: readonly Buffer[]) => Buffer.concat([LZ4_HEAD, ...blocks, LZ4_END]);

/** A zstd frame of blocks that repeat one byte. */
function zstdOfRepeats(blocks: number, bytesEach: number): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]);
  const body = Array.from({ length: blocks }, (_, index) => {
    const block = Buffer.from([0, 0, 0, 0x61]);
    block.writeUIntLE((bytesEach << 3) | (1 << 1) | (index === blocks - 1 ? 1 : 0), 0, 3);
    return block;
  });
  return Buffer.concat([head, ...body]);
}

/** A match that goes on and on, of the byte before it. */
function lz4OfRepeats(bytes: number): Buffer {
  const full = Math.ceil(bytes / 255);
  return lz4(lz4Block([0x1f, 0x61, 1, 0, ...Array.from({ length: full }, () => 255), 0, 0]));
}

/** As often as it fits. */
function snappyOfRepeats(bytes: number): Buffer {
  const copies = Math.ceil(bytes / 64);
  const body = Buffer.alloc(3 * copies);
  for (let at = 0; at < body.length; at += 3) body.set([0xfe, 1, 0], at);
  const length = 1 + 64 * copies;
  const varint = [0, 7, 14, 21, 28].map((shift) => ((length / 2 ** shift) & 0x7f) | (shift < 28 ? 0x80 : 0));
  return Buffer.concat([Buffer.from([...varint, 0, 0x61]), body]);
}

describe('what producers compress', () => {
  it.each(SAMPLES)('is read: $what', async ({ codec, base64 }) => {
    const bytes = await decompress(codec, Buffer.from(base64, 'base64'));
    expect(bytes.toString()).toBe(SAMPLE_TEXT);
  });

  it.each(SAMPLES.filter(({ codec }) => codec === 4))('is read without Node’s own zstd too: $what', ({ base64 }) => {
    expect(decompressZstdInJavascript(Buffer.from(base64, 'base64'), LIMIT).toString()).toBe(SAMPLE_TEXT);
  });

  it('is read where a block of lz4 refers to the one before it', () => {
    const text = [...Buffer.from('abcdefgh')];
    const repeated = [0x04, 8, 0, 0x50, ...Buffer.from('.....')];
    expect(decompressLz4(lz4(lz4Block(text, true), lz4Block(repeated)), LIMIT).toString()).toBe(
      'abcdefghabcdefgh.....',
    );
  });

  it.each([3, 4])(
    'is read where it is of several frames, some of which are somebody’s own: codec %d',
    async (codec) => {
      const own = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
      const [frame] = SAMPLES.filter((sample) => sample.codec === codec).map(({ base64 }) =>
        Buffer.from(base64, 'base64'),
      );
      if (frame === undefined) throw new Error('There is no sample.');
      expect((await decompress(codec, Buffer.concat([frame, own, frame]))).toString()).toBe(SAMPLE_TEXT + SAMPLE_TEXT);
      expect(decompressZstdInJavascript(zstdOfRepeats(3, 4), LIMIT).toString()).toBe('a'.repeat(12));
    },
  );

  it('is read where it repeats one byte', () => {
    expect(decompressSnappy(snappyOfRepeats(64), LIMIT).toString()).toBe('a'.repeat(65));
    expect(decompressLz4(lz4OfRepeats(255), LIMIT).toString()).toBe('a'.repeat(1 + 15 + 4 + 255));
  });
});

describe('what cannot be decompressed', () => {
  const tooMuch = DECOMPRESSED_BYTES_MAX + 1;

  it.each([
    { what: 'gzip', codec: 1, make: () => gzipSync(Buffer.alloc(tooMuch), { level: 1 }) },
    { what: 'snappy', codec: 2, make: () => snappyOfRepeats(tooMuch) },
    { what: 'lz4', codec: 3, make: () => lz4OfRepeats(tooMuch) },
    { what: 'zstd', codec: 4, make: () => zstdOfRepeats(513, 131_072) },
  ])('fails in words where it would take too much memory: $what', async ({ what, codec, make }) => {
    await expect(decompress(codec, make())).rejects.toThrow(`cannot be decompressed (${what}): `);
  });

  it('fails before it takes a window of zstd that is far too large', () => {
    const frame = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xa0]), zstdOfRepeats(1, 4).subarray(6)]);
    expect(() => decompressZstdInJavascript(frame, LIMIT)).toThrow('it holds more than');
  });

  it.each([5, 6, 7])('fails in words where there is no such codec: %d', async (codec) => {
    await expect(decompress(codec, Buffer.alloc(8))).rejects.toThrow('in a way that is not known');
  });

  it.each(SAMPLES)('fails in words wherever it is cut off: $what', async ({ codec, base64 }) => {
    const whole = Buffer.from(base64, 'base64');
    for (let end = 1; end < whole.length; end += 7) {
      const outcome = await outcomeOf(codec, whole.subarray(0, end));
      expect(outcome).not.toBe(SAMPLE_TEXT);
    }
  });

  it.each(SAMPLES)('fails in words or gives something else where bytes are wrong: $what', async ({ codec, base64 }) => {
    const whole = Buffer.from(base64, 'base64');
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (wrong) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of wrong) bytes[at] = value;
        await outcomeOf(codec, bytes);
      }),
      { numRuns: 300 },
    );
  });

  it.each([1, 2, 3, 4])('fails in words where it is anything: codec %d', async (codec) => {
    const heads = SAMPLES.filter((sample) => sample.codec === codec).map(({ base64 }) => Buffer.from(base64, 'base64'));
    const head = fc.constantFrom(Buffer.alloc(0), ...heads.map((bytes) => bytes.subarray(0, 7)));
    await fc.assert(
      fc.asyncProperty(head, fc.uint8Array({ maxLength: 300 }), async (begin, rest) => {
        await outcomeOf(codec, Buffer.concat([begin, rest]));
        if (codec === 4) inJavascript(Buffer.concat([begin, rest]));
      }),
      { numRuns: 500 },
    );
  });
});

/** The text, or nothing where it fails as it should. */
async function outcomeOf(codec: number, bytes: Buffer): Promise<string | undefined> {
  try {
    const text = await decompress(codec, bytes);
    expect(text.length).toBeLessThanOrEqual(DECOMPRESSED_BYTES_MAX);
    return text.toString();
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toContain('cannot be decompressed');
    return undefined;
  }
}

function inJavascript(bytes: Buffer): void {
  try {
    expect(decompressZstdInJavascript(bytes, LIMIT).length).toBeLessThanOrEqual(LIMIT);
  } catch (error) {
    // That of fzstd, or of Node where it ends too soon: both are caught where it is called.
    expect(error).toBeInstanceOf(Error);
  }
}
