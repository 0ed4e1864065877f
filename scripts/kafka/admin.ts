import { type Admin, Kafka, logLevel } from 'kafkajs';
import { waitUntil } from '#scripts/process/wait-until.ts';

/** Settings for a tool that asks once and wants the answer now, rather than after kafkajs's 30 s of retries. */
function quickClient(brokers: readonly string[]): Kafka {
  return new Kafka({
    clientId: 'feedline-tools',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { retries: 2, initialRetryTime: 100 },
  });
}

/** Connects an admin client, lends it, and disconnects it. */
export async function withAdmin<T>(brokers: readonly string[], use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = quickClient(brokers).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/**
 * Whether a client can get metadata: a broker that only accepts connections is not up yet.
 *
 * @param ownId of the cluster, where another one's answer is none
 */
export async function answersMetadata(brokers: readonly string[], ownId?: string): Promise<boolean> {
  try {
    const { brokers: found, clusterId } = await withAdmin(brokers, (admin) => admin.describeCluster());
    return found.length > 0 && (ownId === undefined || clusterId === ownId);
  } catch {
    // Not yet: the caller asks again, and says what it waited for when it gives up.
    return false;
  }
}

const OFFSETS_TIMEOUT_MS = 15_000;

/**
 * Oldest and next offset of each partition. For a moment after a topic's creation or a broker's start, the broker named
 * as a partition's leader does not know of it yet; that is waited out.
 */
export async function topicOffsets(
  admin: Admin,
  topic: string,
): Promise<{ partition: number; low: number; high: number }[]> {
  let lastError = '';
  const ask = async () => {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      lastError = (error as Error).message;
      return undefined;
    }
  };
  const offsets = await waitUntil(`The offsets of topic ${topic}`, ask, { timeoutMs: OFFSETS_TIMEOUT_MS }).catch(
    (error) => {
      throw new Error(`${error.message} ${lastError}`);
    },
  );
  return offsets.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions?: number;
  /** Settings of the topic, beside those that the demo's topics have. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * Creates a topic as the demo wants it (6 partitions, times set by the broker) unless it exists; one that exists is
 * left as it is.
 *
 * @returns whether it was created
 */
export async function ensureTopic(brokers: readonly string[], spec: TopicSpec): Promise<boolean> {
  return withAdmin(brokers, async (admin) => {
    if ((await admin.listTopics()).includes(spec.topic)) return false;
    const config = { 'message.timestamp.type': 'LogAppendTime', ...spec.config };
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    // No replication factor: the broker's default fits both one broker and many.
    const topics = [{ topic: spec.topic, numPartitions: spec.partitions ?? 6, configEntries }];
    const isCreated = await admin.createTopics({ topics, waitForLeaders: true });
    await topicOffsets(admin, spec.topic);
    return isCreated;
  });
}
