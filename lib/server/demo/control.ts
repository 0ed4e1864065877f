import { setTimeout as delay } from 'node:timers/promises';
import {
  CONTROL_TOPIC,
  FAULTS_FEED,
  type FaultOrder,
  type FaultOutcome,
  PODS_FEED,
  type PodAbility,
  type PodFault,
  type PodStatus,
} from '../../protocol/control.ts';
import { parseFaultOrder, parseFaultOutcome, parsePodStatus } from '../../protocol/control-parse.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import { FreshOrders } from '../../protocol/fresh-orders.ts';
import type { PausableReading, RecordBatch, RecordPublisher, TopicSnapshot } from '../record-log/port.ts';
import { PodsHeard } from './pods-heard.ts';
import { Revivals } from './revivals.ts';
import { StatusTeller } from './status-teller.ts';

export interface DemoControlOptions {
  readonly pod: string;
  readonly abilities: readonly PodAbility[];
  readonly recordLog: RecordPublisher & PausableReading;
  readonly status: () => Promise<PodStatus>;
  /** Ends this process at once; undefined where the launcher does that. */
  readonly killSelf?: (() => void) | undefined;
  /** Hears what could not be told to the others; the pod goes on. */
  readonly onTrouble: (error: unknown) => void;
  readonly now: () => number;
  readonly newId: () => string;
}

const WORDS: Record<PodAbility, string> = {
  'kill-pod':
    'The demo that this pod belongs to cannot kill it: only pods started by npm run demo or docker compose can be killed.',
  'kill-broker':
    'The demo cannot kill this broker: only one that npm run demo has started itself. With docker compose it is done by hand: docker compose restart -t 0 kafka.',
};

/** A pod is not spared because the record log takes nothing any more, ms. */
const LAST_WORD_MS = 2_000;
/** Who is there still after so long has not been killed, ms. */
const DEATH_MS = 1_000;

const NO_TOPIC = `This demo has no topic "${CONTROL_TOPIC}", over which faults are ordered: npm run demo creates it.`;

/**
 * A pod's part in the control topic, which it reads as it reads its others: it tells how it is, passes on the faults
 * that its visitors order, and obeys those that are its own to do. Killing is the launcher's, or where there is none, of a
 * pod, the pod's own.
 */
export class DemoControl {
  readonly #options: DemoControlOptions;
  readonly #pods: PodsHeard;
  readonly #teller: StatusTeller;
  readonly #freshOrders = new FreshOrders();
  readonly #revivals = new Revivals();
  readonly #bornAtMs: number;
  readonly #life = new AbortController();
  /** When the consumer was stopped last, and began to read again; ms since 1970. */
  #stoppedUntilMs = 0;
  /** Whether the topic exists, so that something can be told. */
  #isThere = false;

  constructor(options: DemoControlOptions) {
    this.#options = options;
    this.#bornAtMs = options.now();
    this.#pods = new PodsHeard(options.now);
    this.#teller = new StatusTeller({ tell: () => this.#tellStatus(), onTrouble: options.onTrouble });
  }

  /** Begins to tell as soon as the topic is there. */
  onTopic({ origin }: TopicSnapshot): void {
    if (origin.topic !== CONTROL_TOPIC || this.#life.signal.aborted) return;
    this.#isThere = true;
    this.#teller.start();
  }

  /** At once, beside those of each second: something is new. */
  async tellStatus(): Promise<void> {
    if (this.#isThere) await this.#teller.tellNow();
  }

  stop(): void {
    this.#life.abort();
    this.#teller.stop();
  }

  /** Hears what is told over the topic. */
  onBatch({ topic, records }: RecordBatch): void {
    if (topic !== CONTROL_TOPIC) return;
    for (const { key, value } of records) {
      const feed = key?.toString();
      if (feed === PODS_FEED) this.#hearPod(parseJson(value));
      if (feed === FAULTS_FEED) this.#hearOrder(parseJson(value));
    }
  }

  /**
   * Passes a fault on to who can do it, under the ID that it was given, or under a new one.
   *
   * @returns the order's ID, once it is stored
   * @throws FeedlineError `pod-unknown`, `fault-impossible`, `record-log-unavailable`
   */
  async order(fault: PodFault, id = ''): Promise<string> {
    this.#refuseImpossible(fault);
    const order: FaultOrder = { id: id || this.#options.newId(), atMs: this.#options.now(), fault };
    try {
      await this.#publish(FAULTS_FEED, order);
    } catch (cause) {
      throw new FeedlineError('record-log-unavailable', 'The record log did not take the order; try again.', { cause });
    }
    return order.id;
  }

  #refuseImpossible(fault: PodFault): void {
    if (!this.#isThere) throw new FeedlineError('fault-impossible', NO_TOPIC);
    const { pod, abilities } = this.#options;
    const target = fault.kind === 'kill-broker' ? pod : fault.pod;
    const heard = target === pod ? abilities : this.#pods.abilitiesOf(target);
    if (heard === undefined) {
      const known = [...new Set([pod, ...this.#pods.names])].sort().join(', ');
      throw new FeedlineError('pod-unknown', `No pod "${target}" has told anything lately; there are: ${known}.`);
    }
    if (fault.kind === 'stop-consumer' || heard.includes(fault.kind)) return;
    throw new FeedlineError('fault-impossible', WORDS[fault.kind]);
  }

  #hearPod(value: unknown): void {
    const outcome = parseFaultOutcome(value);
    if (outcome !== null) this.#revivals.heardOutcome(outcome);
    const status = parsePodStatus(value);
    if (status === null) return;
    this.#pods.heard(status);
    const begun = this.#revivals.heardStatus(status);
    // All pods hear it: one of them tells.
    const [speaker] = this.#pods.names.filter((pod) => pod !== status.pod).sort();
    if (begun === undefined || speaker !== this.#options.pod) return;
    const seconds = ((status.atMs - begun.atMs) / 1_000).toFixed(1);
    void this.#tellOutcome(begun, 'done', `${status.pod} is ready again, after ${seconds} s`);
  }

  #hearOrder(value: unknown): void {
    const order = parseFaultOrder(value);
    // An old one may have waited in the record log while it, or this pod, was away.
    if (order === null || !this.#freshOrders.take(order, this.#options.now())) return;
    const { fault } = order;
    if (fault.kind === 'kill-broker' || fault.pod !== this.#options.pod) return;
    if (fault.kind === 'stop-consumer') void this.#stopConsumer(order, fault.forMs);
    // What has killed the process before this one does not kill this one too.
    else if (order.atMs > this.#bornAtMs) void this.#killSelf(order);
  }

  async #killSelf(order: FaultOrder): Promise<void> {
    const { pod, killSelf } = this.#options;
    if (killSelf === undefined) return;
    const { signal } = this.#life;
    const told = this.#tellOutcome(order, 'begun', `${pod} kills itself with SIGKILL`);
    await Promise.race([told, delay(LAST_WORD_MS, undefined, { signal }).catch(() => undefined)]);
    killSelf();
    await delay(DEATH_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await this.#tellOutcome(order, 'failed', `${pod} lives on: process 1 of a container cannot be killed from inside`);
  }

  async #stopConsumer(order: FaultOrder, forMs: number): Promise<void> {
    const { pod, now } = this.#options;
    const resume = this.#pauseFor(order);
    if (resume === undefined) {
      await this.#tellOutcome(order, 'failed', `The consumer of ${pod} is stopped already`);
      return;
    }
    const forWords = `${forMs / 1_000} s`;
    void this.#tellOutcome(order, 'begun', `The consumer of ${pod} is stopped for ${forWords}`);
    await delay(forMs, undefined, { signal: this.#life.signal }).catch(() => undefined);
    this.#stoppedUntilMs = now();
    resume();
    // It ends: neither has it been so long, nor does it read again.
    if (this.#life.signal.aborted) return;
    await this.#tellOutcome(order, 'done', `The consumer of ${pod} reads again, after ${forWords}`);
  }

  /** @returns what ends the pause; undefined where the consumer is stopped already, or was when this was asked for */
  #pauseFor({ atMs }: FaultOrder): (() => void) | undefined {
    if (atMs <= this.#stoppedUntilMs) return undefined;
    try {
      return this.#options.recordLog.pause();
    } catch {
      return undefined;
    }
  }

  async #tellOutcome(
    { id, fault }: Pick<FaultOrder, 'id' | 'fault'>,
    state: FaultOutcome['state'],
    words: string,
  ): Promise<void> {
    const { pod: by, now, onTrouble } = this.#options;
    const outcome: FaultOutcome = { id, fault, state, by, atMs: now(), words };
    await this.#publish(PODS_FEED, outcome).catch(onTrouble);
  }

  async #tellStatus(): Promise<void> {
    await this.#publish(PODS_FEED, await this.#options.status());
  }

  async #publish(feed: string, value: PodStatus | FaultOrder | FaultOutcome): Promise<void> {
    await this.#options.recordLog.publish(CONTROL_TOPIC, { key: feed, value: Buffer.from(JSON.stringify(value)) });
  }
}

/** What is not JSON is nothing: anybody may write to the topic. */
function parseJson(value: Buffer | null): unknown {
  try {
    return JSON.parse(value?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}
