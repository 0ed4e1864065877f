import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import { RecordLogKind } from '../../protocol/constants.ts';
import type { KafkaSecurity } from '../config/kafka-security-settings.ts';
import type { KafkaConfig } from '../config/kafka-settings.ts';
import type { HistoryConfig } from '../config/memory-settings.ts';
import type { Logger } from '../logger.ts';
import { createKafka, IMPATIENT, type KafkaClientOptions, PATIENT } from './kafka-client.ts';
import { KafkaHistory } from './kafka-history.ts';
import { KafkaSession, type MissingTopic } from './kafka-session.ts';
import { KafkaTroubles } from './kafka-troubles.ts';
import { PauseSwitch } from './pause-switch.ts';
import type {
  HistoryMeter,
  HistoryPage,
  HistoryRequest,
  HistoryStats,
  NewRecord,
  PausableReading,
  ReadingMeter,
  ReadingStats,
  RecordId,
  RecordLog,
  RecordLogHandler,
  RecordLogStatus,
  RecordPublisher,
  TopicBounds,
} from './port.ts';
import { PositionBook } from './position-book.ts';
import { keyedTopics } from './record-id.ts';
import { untilWedged } from './wedge-watch.ts';
import { within } from './within.ts';

export interface KafkaLogOptions {
  readonly config: Pick<KafkaConfig, 'brokers' | 'groupPrefix' | 'sessionTimeoutMs' | 'metadataMaxAgeMs'> & {
    /** Default: in plain text, as nobody in particular. */
    readonly security?: KafkaSecurity;
  };
  readonly topics: readonly string[];
  /** Those of them that are read where they exist, and are not waited for. Default none. */
  readonly optionalTopics?: readonly string[];
  /** Default: the ID is the key. */
  readonly recordIdIn?: (topic: string) => RecordId;
  readonly pod: string;
  readonly history: HistoryConfig;
  readonly logger: Logger;
  /** Silence after which reading is not live, and how long it may last while the broker answers others, ms. */
  readonly watchdog?: { readonly silenceMs: number; readonly wedgedMs: number };
  /** What Kafka has refused is asked again no sooner, ms. */
  readonly refusedDelayMs?: number;
  readonly now?: () => number;
}

/** Without an answered fetch for this long, reading is not live: kafkajs fetches at least twice a second. */
const FETCH_SILENCE_MS = 5_000;
/** kafkajs has this long to read again once the broker answers, which on a stock one includes 3 s for a new group. */
const WEDGED_MS = 10_000;
/** kafkajs's `disconnect` can hang for ever; it is left behind after this. */
const STOP_LIMIT_MS = 3_000;
/** Doubled with each session that ends without having lasted, so that what cannot be read does not become a storm. */
const RESTART_DELAY_MS = 250;
const RESTART_DELAY_MAX_MS = 30_000;
const LASTING_MS = 60_000;
/** What Kafka has refused is asked again no sooner: it may count how often credentials were wrong. */
const REFUSED_DELAY_MS = 5_000;

/**
 * Kafka as the record log: one consumer at a time, supervised. A lost one is replaced by a fresh one, in a group of
 * its own (with the old group it would wait for the dead member's session), which goes on from our positions.
 */
export class KafkaLog implements RecordLog, RecordPublisher, HistoryMeter, ReadingMeter, PausableReading {
  readonly kind = RecordLogKind.kafka;
  readonly #options: KafkaLogOptions;
  readonly #consuming: Kafka;
  /** For requests whose failure is an answer: publishing, deleting the group. */
  readonly #asking: Kafka;
  readonly #history: KafkaHistory;
  readonly #troubles = this.#troublesOf('reading');
  readonly #askingTroubles = this.#troublesOf('asking');
  readonly #now: () => number;
  readonly #book = new PositionBook();
  readonly #pause = new PauseSwitch();
  #producer: Promise<Producer> | undefined;
  #isJoined = false;
  #joins = 0;
  #crashes = 0;
  #restarts = 0;
  #wasLive = false;
  /** 0 before the first one. */
  #lastFetchAtMs = 0;
  /** Its consumer was found alive and reading nothing, and nothing was read since. */
  #isWedged = false;
  #missing: readonly MissingTopic[] = [];
  #toldMissing = '';

  constructor(options: KafkaLogOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { groupPrefix } = options.config;
    this.#consuming = this.#createKafka({ retry: PATIENT, troubles: this.#troubles, groupPrefix });
    this.#asking = this.#createKafka({ retry: IMPATIENT, troubles: this.#askingTroubles, groupPrefix: undefined });
    const { history, logger, recordIdIn = keyedTopics } = options;
    this.#history = new KafkaHistory({
      kafka: this.#asking,
      troubles: this.#askingTroubles,
      refusedDelayMs: options.refusedDelayMs ?? REFUSED_DELAY_MS,
      recordIdIn,
      logger,
      ...history,
    });
  }

  read(handler: RecordLogHandler): () => Promise<void> {
    const stopping = new AbortController();
    const done = this.#supervise(handler, stopping.signal);
    return async () => {
      stopping.abort();
      await done;
      await this.#producer?.then((producer) => withLimit(producer.disconnect())).catch(() => undefined);
      await withLimit(this.#history.stop());
    };
  }

  status(): RecordLogStatus {
    const reason = this.#whyNotLive();
    if (reason === undefined) return { state: 'live', reason: `reading every topic${this.#whyNoHistory()}` };
    if (this.#isWedged)
      return { state: 'wedged', reason: `the consumer reads nothing, though Kafka answers: ${reason}` };
    return { state: this.#wasLive ? 'degraded' : 'starting', reason };
  }

  pause(): () => void {
    return this.#pause.pause();
  }

  historyStats(): HistoryStats {
    return this.#history.historyStats();
  }

  readingStats(): ReadingStats {
    const answerAgeMs = this.#lastFetchAtMs === 0 ? undefined : Math.max(0, this.#now() - this.#lastFetchAtMs);
    return { answerAgeMs, joins: this.#joins, crashes: this.#crashes, restarts: this.#restarts };
  }

  readHistory(request: HistoryRequest): Promise<HistoryPage> {
    return this.#history.readHistory(request);
  }

  bounds(topic: string, signal: AbortSignal): Promise<TopicBounds> {
    return this.#history.bounds(topic, signal);
  }

  async publish(topic: string, { key, value, headers }: NewRecord): Promise<{ partition: number; offset: number }> {
    this.#producer ??= this.#connectProducer();
    const producer = await this.#producer;
    const [stored] = await producer.send({ topic, messages: [{ key, value, ...(headers && { headers }) }] });
    return { partition: stored?.partition ?? 0, offset: Number(stored?.baseOffset ?? 0) };
  }

  get #missingTopics(): readonly MissingTopic[] {
    return this.#missing.filter(({ topic }) => this.#isAwaited(topic));
  }

  #isAwaited(topic: string): boolean {
    return this.#options.optionalTopics?.includes(topic) !== true;
  }

  #createKafka(about: Pick<KafkaClientOptions, 'retry' | 'troubles' | 'groupPrefix'>): Kafka {
    const { config, pod, logger } = this.#options;
    const { brokers, security = { tls: undefined, sasl: undefined } } = config;
    return createKafka({ brokers, security, clientId: `feedline-${pod}`, logger, ...about });
  }

  #troublesOf(client: string): KafkaTroubles {
    const onNew = (words: string): void => this.#options.logger.warn({ client }, `Kafka: ${words}`);
    return new KafkaTroubles({ onNew });
  }

  #whyNotLive(): string | undefined {
    const brokers = this.#options.config.brokers.join(', ');
    const { words } = this.#troubles;
    const trouble = words === undefined ? '' : ` (${words})`;
    if (this.#pause.isPaused) return 'the consumer is stopped on purpose; records wait in Kafka';
    const missing = this.#missingTopics;
    if (missing.length > 0) return wordsOfMissing(missing, brokers);
    if (!this.#isJoined) return `connecting to Kafka at ${brokers}${trouble}`;
    const silenceMs = this.#now() - this.#lastFetchAtMs;
    if (silenceMs > this.#watchdog.silenceMs) {
      return `Kafka at ${brokers} has not answered for ${Math.round(silenceMs / 1_000)} s${trouble}`;
    }
    return undefined;
  }

  #whyNoHistory(): string {
    const { refusal: words } = this.#history;
    return words !== undefined ? `; what is not in memory any more cannot be read (${words})` : '';
  }

  #tellMissing(missing: readonly MissingTopic[]): void {
    this.#missing = missing;
    const { config, logger } = this.#options;
    const words =
      this.#missingTopics.length === 0 ? '' : wordsOfMissing(this.#missingTopics, config.brokers.join(', '));
    if (words !== this.#toldMissing && words !== '') logger.warn(words);
    this.#toldMissing = words;
  }

  async #supervise(handler: RecordLogHandler, signal: AbortSignal): Promise<void> {
    const { logger, refusedDelayMs = REFUSED_DELAY_MS } = this.#options;
    let delayMs = RESTART_DELAY_MS;
    while (!signal.aborted) {
      await this.#pause.untilRunning(signal);
      if (signal.aborted) return;
      const startedAtMs = this.#now();
      const paused = this.#pause.signal;
      const why = await this.#runSession(handler, AbortSignal.any([signal, paused]));
      if (signal.aborted) return;
      // However short the pause was: the consumer was not lost, and the next one need not be careful.
      if (paused.aborted) continue;
      this.#restarts += 1;
      if (this.#troubles.isRefused) delayMs = Math.max(delayMs, refusedDelayMs);
      logger.warn({ why, delayMs }, 'the Kafka consumer is made anew');
      await delay(delayMs, undefined, { signal }).catch(() => undefined);
      const hasLasted = this.#now() - startedAtMs >= LASTING_MS;
      delayMs = hasLasted ? RESTART_DELAY_MS : Math.min(2 * delayMs, RESTART_DELAY_MAX_MS);
    }
  }

  async #runSession(handler: RecordLogHandler, signal: AbortSignal): Promise<string> {
    const { config, pod, topics, logger } = this.#options;
    const groupId = `${config.groupPrefix}-${pod}-${randomBytes(4).toString('hex')}`;
    const session = new KafkaSession({
      kafka: this.#consuming,
      groupId,
      topics,
      isAwaited: (topic) => this.#isAwaited(topic),
      book: this.#book,
      handler,
      logger,
      sessionTimeoutMs: config.sessionTimeoutMs,
      metadataMaxAgeMs: config.metadataMaxAgeMs,
      onFetched: () => this.#fetched(),
      onJoined: () => this.#joined(groupId),
      onCrashed: () => {
        this.#crashes += 1;
      },
      onMissing: (missing) => this.#tellMissing(missing),
    });
    const watching = new AbortController();
    try {
      return await Promise.race([session.run(signal), this.#untilWedged(watching.signal)]);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#troubles.hear(why);
      return why;
    } finally {
      watching.abort();
      this.#isJoined = false;
      await withLimit(session.stop());
      if (session.hasGroup) await withLimit(this.#deleteGroup(groupId));
    }
  }

  get #watchdog(): { readonly silenceMs: number; readonly wedgedMs: number } {
    return this.#options.watchdog ?? { silenceMs: FETCH_SILENCE_MS, wedgedMs: WEDGED_MS };
  }

  /** Never resolves where it is not so. */
  async #untilWedged(signal: AbortSignal): Promise<string> {
    const startedAtMs = this.#now();
    // A topic that does not exist yet is waited for, and that is no progress.
    const missing = (): ReadonlySet<string> => new Set(this.#missing.map(({ topic }) => topic));
    const isWaiting = (): boolean =>
      this.#options.topics.every((topic) => !this.#isAwaited(topic) || missing().has(topic));
    const lastProgressAtMs = (): number => (isWaiting() ? this.#now() : Math.max(startedAtMs, this.#lastFetchAtMs));
    const isBrokerThere = (): Promise<boolean> => this.#history.isBrokerThere();
    try {
      await untilWedged({ ...this.#watchdog, lastProgressAtMs, isBrokerThere, now: this.#now }, signal);
    } catch {
      // The session is over: nobody waits for this any more.
      return new Promise(() => undefined);
    }
    this.#isWedged = true;
    return 'it reads nothing, though the broker answers';
  }

  #joined(groupId: string): void {
    this.#isJoined = true;
    this.#joins += 1;
    this.#fetched();
    this.#options.logger.info({ groupId, topics: this.#options.topics }, 'reading from Kafka');
  }

  #fetched(): void {
    this.#lastFetchAtMs = this.#now();
    this.#isWedged = false;
    this.#troubles.clear();
    if (this.#isJoined && this.#missingTopics.length === 0) this.#wasLive = true;
  }

  /** The group has served its one consumer. Where the ACLs forbid this, Kafka forgets it by itself in time. */
  async #deleteGroup(groupId: string): Promise<void> {
    const admin = this.#asking.admin();
    try {
      await admin.connect();
      await admin.deleteGroups([groupId]);
    } catch (error) {
      this.#options.logger.debug({ err: error, groupId }, 'the consumer group could not be deleted');
    } finally {
      await admin.disconnect();
    }
  }

  async #connectProducer(): Promise<Producer> {
    const producer = this.#asking.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    try {
      await producer.connect();
    } catch (error) {
      // The next publish tries anew: what is kept is a producer, not the failure to make one.
      this.#producer = undefined;
      throw error;
    }
    return producer;
  }
}

function wordsOfMissing(missing: readonly MissingTopic[], brokers: string): string {
  const named = (refused: MissingTopic['refused']): string =>
    missing
      .filter((each) => each.refused === refused)
      .map(({ topic }) => `"${topic}"`)
      .join(', ');
  const [absent, unread, hidden] = [named(undefined), named('read'), named('describe')];
  const parts = [
    absent && `the topic ${absent}, which does not exist on ${brokers}`,
    unread && `leave to read the topic ${unread} on ${brokers}: Kafka's ACLs do not allow Read on it`,
    hidden && `leave to read the topic ${hidden} on ${brokers}: Kafka's ACLs do not allow Describe and Read on it`,
  ];
  return `waiting for ${parts.filter((part) => part !== '').join(', and for ')}`;
}

/** Waits for a clean-up, but not for ever: what hangs or fails here must not keep anything else. */
async function withLimit(work: Promise<unknown>): Promise<void> {
  await within(STOP_LIMIT_MS, work).catch(() => undefined);
}
