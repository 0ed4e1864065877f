import { describe, expect, it, vi } from 'vitest';
import { createLogger } from '../logger.ts';
import { KafkaSession, type KafkaSessionOptions } from './kafka-session.ts';
import type { LogGap, RecordBatch, TopicSnapshot } from './port.ts';
import { PositionBook } from './position-book.ts';

type Kafka = KafkaSessionOptions['kafka'];
type Consumer = ReturnType<Kafka['consumer']>;
type ConsumerConfig = NonNullable<Parameters<Kafka['consumer']>[0]>;

const TOPIC = 'orders';

/**
 * kafkajs in the hand of the test: what lies between two events of it decides what these tests are of, and no real
 * consumer can be made to have it so.
 */
class Scripted {
  /** The topic, as the broker has it. */
  epoch = 'first';
  oldest = 0;
  end = 1_000;
  readonly seeks: number[] = [];
  readonly #listeners = new Map<string, (event: { payload: object }) => void>();
  readonly kafka = { consumer: (config: ConsumerConfig) => this.#consumer(config) } as unknown as Kafka;

  emit(name: string, payload: object): void {
    this.#listeners.get(name)?.({ payload });
  }

  /** A fetched batch without a record for us: markers of transactions, aborted records. */
  passEmpty(firstOffset: number, lastOffset: number): void {
    const payload = { topic: TOPIC, partition: 0, batchSize: 0 };
    this.emit('end', { ...payload, firstOffset: String(firstOffset), lastOffset: String(lastOffset) });
  }

  #consumer({ partitionAssigners = [] }: ConsumerConfig): Consumer {
    for (const assigner of partitionAssigners) assigner({ cluster: this.#cluster } as never);
    const nothing = async (): Promise<void> => undefined;
    return {
      events: { CRASH: 'crash', REQUEST: 'request', GROUP_JOIN: 'join', END_BATCH_PROCESS: 'end' },
      on: (name: string, listener: (event: { payload: object }) => void) => void this.#listeners.set(name, listener),
      connect: nothing,
      disconnect: nothing,
      subscribe: nothing,
      run: async () => this.emit('join', { memberAssignment: { [TOPIC]: [0] } }),
      seek: ({ offset }: { offset: string }) => void this.seeks.push(Number(offset)),
    } as unknown as Consumer;
  }

  readonly #cluster = {
    refreshMetadata: async () => undefined,
    findBroker: async () => undefined,
    findControllerBroker: async () => ({ connectionPool: { send: async () => this.#description } }),
    fetchTopicsOffset: async ([{ fromBeginning }]: [{ fromBeginning: boolean }]) => [
      { partitions: [{ partition: 0, offset: String(fromBeginning ? this.oldest : this.end) }] },
    ],
  };

  get #description() {
    const topic = { topic: TOPIC, epoch: this.epoch, partitionCount: 1, errorCode: 0 };
    return { clusterId: 'cluster', topics: [topic] };
  }
}

async function start() {
  const scripted = new Scripted();
  const told: (TopicSnapshot | RecordBatch | LogGap)[] = [];
  const tell = (what: TopicSnapshot | RecordBatch | LogGap) => void told.push(what);
  const book = new PositionBook();
  const stopping = new AbortController();
  const session = new KafkaSession({
    kafka: scripted.kafka,
    groupId: 'group',
    topics: [TOPIC],
    isAwaited: () => true,
    book,
    handler: { onTopic: tell, onBatch: tell, onGap: tell },
    logger: createLogger('silent', 'test'),
    sessionTimeoutMs: 6_000,
    metadataMaxAgeMs: 5,
    onFetched: () => undefined,
    onJoined: () => undefined,
    onCrashed: () => undefined,
    onMissing: () => undefined,
  });
  const over = session.run(stopping.signal);
  await vi.waitFor(() => expect(scripted.seeks).toEqual([1_000]));
  const stop = async () => {
    stopping.abort();
    await over;
  };
  return { scripted, told, book, stop };
}

describe('a batch without records that was fetched before the log has changed', () => {
  it('does not move the position past the records of the topic that was created again', async () => {
    const { scripted, book, told, stop } = await start();
    scripted.end = 1_010;
    scripted.passEmpty(1_000, 1_009);
    await vi.waitFor(() => expect(book.position(TOPIC, 0)).toBe(1_010));
    scripted.epoch = 'second';
    scripted.end = 5_000;
    await vi.waitFor(() => expect(book.position(TOPIC, 0)).toBe(0));
    const before = { told: told.length, seeks: scripted.seeks.length };
    scripted.passEmpty(1_010, 1_019);
    await vi.waitFor(() => expect(scripted.seeks.slice(before.seeks)).toEqual([0]));
    expect(book.position(TOPIC, 0)).toBe(0);
    expect(told).toHaveLength(before.told);
    await stop();
  });

  it('moves the position where it stands there', async () => {
    const { scripted, book, told, stop } = await start();
    scripted.end = 1_010;
    scripted.passEmpty(1_000, 1_009);
    await vi.waitFor(() => expect(book.position(TOPIC, 0)).toBe(1_010));
    expect(told.at(-1)).toEqual({ topic: TOPIC, partition: 0, records: [], nextPosition: 1_010 });
    await stop();
  });
});
