/**
 * The cursor: the resume position that a client holds, as the `id:` of every event.
 *
 * Opaque to clients, plain ASCII, valid on every pod. One line of text, fields between tildes (no Kafka topic name
 * holds one):
 *
 *     1k ~ log ~ epoch ~ topic ~ partition count ~ positions ~ check
 *
 * - `1`: version; `k` Kafka, `m` in-process log
 * - log: hash of the cluster ID
 * - epoch: the topic ID, which changes when a topic of the same name is created again (KIP-516)
 * - partition count, so that a pod can tell when the topic has grown since
 * - positions: for each partition where the feed can be, the next offset to read, base 36: `p-offset_p-offset`, or
 *   `*offset_offset` when it is every partition in order. A `!` behind them marks the end of the feed.
 * - check: hash of all before it, so that a cursor cut short by a proxy or a form is noticed instead of read wrongly
 *
 * Offsets are JavaScript numbers: exact up to 2^53, which a partition taking a million records a second reaches
 * after 285 years.
 */
import { CURSOR_MAX_CHARS, PROTOCOL_VERSION, RecordLogKind } from './constants.ts';

/** What a cursor says about the log it was made from; the same for all cursors of one topic until it is recreated. */
export interface CursorOrigin {
  readonly kind: RecordLogKind;
  /** Identity of the record log: Kafka's cluster ID, or a random one per process. Hashed into the cursor. */
  readonly logId: string;
  readonly epoch: string;
  readonly topic: string;
  readonly partitionCount: number;
}

/** Partition → next offset to read. */
export type Positions = ReadonlyMap<number, number>;

export interface Cursor {
  readonly kind: RecordLogKind;
  readonly logHash: string;
  readonly epoch: string;
  readonly topic: string;
  readonly partitionCount: number;
  readonly positions: Positions;
  readonly isEnd: boolean;
}

const KIND_LETTER = { kafka: 'k', memory: 'm' } as const satisfies Record<RecordLogKind, string>;
const FNV_OFFSET = 0x811c9dc5;
const SHAPE = /^1([km])~([0-9a-z]+)~([\w-]+)~([\w.-]+)~([0-9a-z]+)~([0-9a-z_*-]*)(!?)~([0-9a-z]+)$/;

/** Encodes many cursors of one origin: what they share is built and hashed once. */
export class CursorEncoder {
  readonly #prefix: string;
  readonly #prefixHash: number;
  readonly #partitionCount: number;

  constructor(origin: CursorOrigin) {
    const head = `${PROTOCOL_VERSION}${KIND_LETTER[origin.kind]}~${hashLogId(origin.logId)}`;
    this.#prefix = `${head}~${origin.epoch}~${origin.topic}~${origin.partitionCount.toString(36)}~`;
    this.#prefixHash = fnv1a(this.#prefix, FNV_OFFSET);
    this.#partitionCount = origin.partitionCount;
  }

  encode(positions: Positions, isEnd = false): string {
    const body = encodePositions(positions, this.#partitionCount) + (isEnd ? '!' : '');
    return `${this.#prefix}${body}~${fnv1a(body, this.#prefixHash).toString(36)}`;
  }

  /** The same for a feed that lives in one partition, without a map: the common case, once per event. */
  encodeSingle(partition: number, position: number, isEnd = false): string {
    const only = this.#partitionCount === 1 ? '*' : `${partition.toString(36)}-`;
    const body = only + position.toString(36) + (isEnd ? '!' : '');
    return `${this.#prefix}${body}~${fnv1a(body, this.#prefixHash).toString(36)}`;
  }
}

/** Reads a cursor; null when it is cut, altered, too long, or not one of ours. */
export function decodeCursor(text: string): Cursor | null {
  if (text.length > CURSOR_MAX_CHARS) return null;
  const match = SHAPE.exec(text);
  if (match === null) return null;
  const [, letter, logHash = '', epoch = '', topic = '', count = '', list = '', end, check] = match;
  const checked = text.slice(0, text.lastIndexOf('~'));
  if (fnv1a(checked, FNV_OFFSET).toString(36) !== check) return null;
  const partitionCount = Number.parseInt(count, 36);
  const positions = decodePositions(list, partitionCount);
  if (positions === null) return null;
  const kind = letter === KIND_LETTER.kafka ? RecordLogKind.kafka : RecordLogKind.memory;
  return { kind, logHash, epoch, topic, partitionCount, positions, isEnd: end === '!' };
}

/** Whether a cursor is of this record log (not yet: of this topic, or of this epoch). */
export function isOfLog(cursor: Cursor, kind: RecordLogKind, logId: string): boolean {
  return cursor.kind === kind && cursor.logHash === hashLogId(logId);
}

function hashLogId(logId: string): string {
  return fnv1a(logId, FNV_OFFSET).toString(36);
}

function encodePositions(positions: Positions, partitionCount: number): string {
  const partitions = [...positions.keys()].sort((a, b) => a - b);
  const at = (partition: number): string => (positions.get(partition) ?? 0).toString(36);
  if (partitions.length === partitionCount) return `*${partitions.map(at).join('_')}`;
  return partitions.map((partition) => `${partition.toString(36)}-${at(partition)}`).join('_');
}

function decodePositions(list: string, partitionCount: number): Positions | null {
  const isWhole = list.startsWith('*');
  const items = (isWhole ? list.slice(1) : list).split('_');
  const positions = new Map<number, number>();
  for (const [index, item] of items.entries()) {
    const match = /^(?:([0-9a-z]+)-)?([0-9a-z]+)$/.exec(item);
    const partition = isWhole ? index : Number.parseInt(match?.[1] ?? '', 36);
    const position = Number.parseInt(match?.[2] ?? '', 36);
    if (!Number.isSafeInteger(position) || !(partition < partitionCount)) return null;
    positions.set(partition, position);
  }
  return isWhole && positions.size !== partitionCount ? null : positions;
}

/** FNV-1a, 32 bits: notices damage, does not resist forgery (a cursor grants nothing). */
function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
