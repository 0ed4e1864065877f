/**
 * Asks Kafka for topic IDs. kafkajs stops at Metadata v6; the ID, which changes when a topic is created again under
 * the same name (KIP-516), comes from v10 on. So this one request is encoded by hand (v12, KIP-482's flexible
 * versions) and sent over kafkajs's own connection, with whatever TLS and SASL that has.
 */
import type { Broker, Cluster } from 'kafkajs';

export interface TopicDescription {
  readonly topic: string;
  /** The topic ID, base64url; null while the topic does not exist, has no leader yet, or may not be read. */
  readonly epoch: string | null;
  /** What Kafka's ACLs do not allow: to read it, or even to know that it exists. Undefined where they allow both. */
  readonly refused: RefusedLeave | undefined;
  readonly partitionCount: number;
  /** Kafka's error code; 0 is none, 3 is "unknown topic or partition". */
  readonly errorCode: number;
}

export type RefusedLeave = 'read' | 'describe';

export interface ClusterDescription {
  readonly clusterId: string;
  readonly topics: readonly TopicDescription[];
}

const METADATA_KEY = 3;
const METADATA_VERSION = 12;
const NO_TAGS = 0;
const UUID_BYTES = 16;
/** Kafka says that of a topic that may not be described, whether it exists or not. */
const TOPIC_AUTHORIZATION_FAILED = 29;
/** Of the operations that are allowed (KIP-430), the bit of reading; and what stands there where they are not told. */
const READ_BIT = 1 << 3;
const OPERATIONS_UNTOLD = -(2 ** 31);

/** What kafkajs 2.2.4 (pinned, unmaintained) has beyond its types: a door for one request. */
interface BrokerWithPool extends Broker {
  readonly connectionPool: { send(request: RawRequest): Promise<ClusterDescription> };
}

interface RawRequest {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<{ buf: Buffer; buffer: Buffer }>;
  };
  readonly response: {
    decode(raw: Buffer): Promise<ClusterDescription>;
    parse(decoded: ClusterDescription): Promise<ClusterDescription>;
  };
}

/** Describes topics as the cluster knows them now; never creates one. */
export async function describeTopics(cluster: Cluster, topics: readonly string[]): Promise<ClusterDescription> {
  const broker = (await cluster.findControllerBroker()) as BrokerWithPool;
  const bytes = encodeRequest(topics);
  return broker.connectionPool.send({
    request: {
      apiKey: METADATA_KEY,
      apiVersion: METADATA_VERSION,
      apiName: 'Metadata',
      encode: async () => ({ buf: bytes, buffer: bytes }),
    },
    response: { decode: async (raw) => decodeMetadata(raw), parse: async (decoded) => decoded },
  });
}

/** The body, led by the tagged fields that end a version 2 request header, which kafkajs does not write. */
function encodeRequest(topics: readonly string[]): Buffer {
  const names = topics.flatMap((topic) => {
    const name = Buffer.from(topic);
    return [Buffer.alloc(UUID_BYTES), unsignedVarint(name.length + 1), name, Buffer.from([NO_TAGS])];
  });
  const allowsCreation = 0;
  const wantsOperations = 1;
  const tail = Buffer.from([allowsCreation, wantsOperations, NO_TAGS]);
  return Buffer.concat([Buffer.from([NO_TAGS]), unsignedVarint(topics.length + 1), ...names, tail]);
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Metadata Response v12, from behind the correlation ID. */
function decodeMetadata(raw: Buffer): ClusterDescription {
  const read = new FlexibleReader(raw);
  read.tags();
  read.int32(); // throttle time
  read.array(() => {
    read.int32(); // node
    read.string(); // host
    read.int32(); // port
    read.string(); // rack
    read.tags();
  });
  const clusterId = read.string() ?? '';
  read.int32(); // controller
  const topics = read.array(() => readTopic(read));
  return { clusterId, topics };
}

function readTopic(read: FlexibleReader): TopicDescription {
  const errorCode = read.int16();
  const topic = read.string() ?? '';
  const id = read.bytes(UUID_BYTES);
  read.bytes(1); // is internal
  const partitions = read.array(() => {
    read.bytes(2 + 4 + 4 + 4); // error, index, leader, leader epoch
    for (let list = 0; list < 3; list += 1) read.array(() => read.int32()); // replicas, in sync, offline
    read.tags();
  });
  const refused = refusedOf(errorCode, read.int32());
  read.tags();
  const isThere = errorCode === 0 && partitions.length > 0 && refused === undefined;
  const epoch = isThere ? id.toString('base64url') : null;
  return { topic, epoch, refused, partitionCount: partitions.length, errorCode };
}

function refusedOf(errorCode: number, operations: number): RefusedLeave | undefined {
  if (errorCode === TOPIC_AUTHORIZATION_FAILED) return 'describe';
  if (errorCode !== 0 || operations === OPERATIONS_UNTOLD) return undefined;
  return (operations & READ_BIT) === 0 ? 'read' : undefined;
}

/** Reads Kafka's flexible encodings (KIP-482): lengths are unsigned varints, one more than the length. */
class FlexibleReader {
  readonly #raw: Buffer;
  #at = 0;

  constructor(raw: Buffer) {
    this.#raw = raw;
  }

  int16(): number {
    return this.bytes(2).readInt16BE();
  }

  int32(): number {
    return this.bytes(4).readInt32BE();
  }

  bytes(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#raw.length) throw new RangeError('The metadata response is shorter than it says.');
    const bytes = this.#raw.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes(1).readUInt8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('The metadata response holds a number that is too long.');
  }

  string(): string | null {
    const length = this.varint();
    return length === 0 ? null : this.bytes(length - 1).toString('utf8');
  }

  array<T>(readItem: () => T): T[] {
    const length = this.varint();
    return Array.from({ length: Math.max(0, length - 1) }, readItem);
  }

  tags(): void {
    const count = this.varint();
    for (let tag = 0; tag < count; tag += 1) {
      this.varint();
      this.bytes(this.varint());
    }
  }
}
