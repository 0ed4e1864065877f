import { type BatchTimes, ByteReader, FetchedRecord } from './fetched-record.ts';
import { codecOf, DECOMPRESSED_BYTES_MAX, decompress } from './kafka-codecs.ts';
import type { LogRecord } from './port.ts';

/** Records that one producer has sent together. */
export interface FetchedBatch {
  readonly records: readonly LogRecord[];
  /** Of the batch as it was sent: of its first and last records there may be none any more (compaction). */
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Its one record is a marker: the end of a transaction. */
  readonly isControl: boolean;
  readonly inTransaction: boolean;
  /** Empty outside transactions. */
  readonly producerId: string;
}

/** Record batch, format 2 (KIP-98): where its fields are, from its beginning. */
const AT = {
  length: 8,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
  records: 61,
} as const;
/** What its length does not count. */
const LENGTH_END = 12;
const MAGIC = 2;
const APPEND_TIME_FLAG = 0x08;
const TRANSACTION_FLAG = 0x10;
const CONTROL_FLAG = 0x20;

/** How much memory the batches of one fetch have taken so far, beyond the fetch itself. */
export class DecompressedBytes {
  #bytes = 0;

  /** As much as one batch may have: what there is more of can be fetched again. */
  get isFull(): boolean {
    return this.#bytes >= DECOMPRESSED_BYTES_MAX;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }
}

/**
 * The batches of one partition's part of a fetch. The last one may be cut off, which is how the broker keeps to the
 * size that was asked for: it is left out. So are the compressed ones that there is no room for.
 *
 * @returns null where there is one of an older format
 */
export async function decodeBatches(
  bytes: Buffer,
  decompressed = new DecompressedBytes(),
): Promise<FetchedBatch[] | null> {
  const batches: FetchedBatch[] = [];
  let start = 0;
  while (bytes.length - start >= AT.records) {
    if (bytes[start + AT.magic] !== MAGIC) return null;
    const end = start + LENGTH_END + bytes.readInt32BE(start + AT.length);
    if (end - start < AT.records) throw new RangeError('A record batch ends before its header does.');
    if (end > bytes.length) break;
    const batch = bytes.subarray(start, end);
    const isCompressed = codecOf(batch.readInt16BE(AT.attributes)) !== 0;
    if (isCompressed && decompressed.isFull) break;
    batches.push(await decodeBatch(batch, decompressed));
    start = end;
  }
  return batches;
}

async function decodeBatch(batch: Buffer, decompressed: DecompressedBytes): Promise<FetchedBatch> {
  const attributes = batch.readInt16BE(AT.attributes);
  const firstOffset = readInt64(batch, 0);
  const inTransaction = (attributes & TRANSACTION_FLAG) !== 0;
  const times: BatchTimes = {
    firstMs: readInt64(batch, AT.firstTimestamp),
    appendedMs: (attributes & APPEND_TIME_FLAG) === 0 ? undefined : readInt64(batch, AT.maxTimestamp),
  };
  const codec = codecOf(attributes);
  const records = codec === 0 ? batch : await decompress(codec, batch.subarray(AT.records));
  if (codec !== 0) decompressed.add(records.length);
  const reader = new ByteReader(records, codec === 0 ? AT.records : 0);
  return {
    records: readRecords(reader, batch.readInt32BE(AT.count), firstOffset, times),
    firstOffset,
    lastOffset: firstOffset + batch.readInt32BE(AT.lastOffsetDelta),
    isControl: (attributes & CONTROL_FLAG) !== 0,
    inTransaction,
    producerId: inTransaction ? batch.readBigInt64BE(AT.producerId).toString() : '',
  };
}

/** Looks through all of each record: of a damaged batch nothing is handed over, and nothing of it fails later. */
function readRecords(reader: ByteReader, count: number, firstOffset: number, times: BatchTimes): LogRecord[] {
  const records: LogRecord[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = reader.varint();
    const end = reader.at + length;
    records.push(new FetchedRecord(reader, firstOffset, times));
    if (reader.at !== end) throw new RangeError('A record is not as long as it says.');
    if (end > reader.bytes.length) throw new RangeError('A record is longer than the batch that it lies in.');
  }
  return records;
}

/** Exact up to 2^53. */
function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
