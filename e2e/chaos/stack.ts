import { randomUUID } from 'node:crypto';
import { WATCHDOG_PINGS } from '#lib/protocol/constants.ts';
import { startBalancer } from '#scripts/balancer/balancer.ts';
import { ensureTopic } from '#scripts/kafka/admin.ts';
import { STOCK_PROPERTIES } from '#scripts/kafka/server-properties.ts';
import { type LocalKafka, startLocalKafka } from '#scripts/local-kafka.ts';
import { build, isBuildFresh } from '#scripts/server/build.ts';
import { ONE_ADDRESS } from '#scripts/server/one-address.ts';
import { Network } from './network.ts';
import { Pod } from './pod.ts';
import type { ExpectedServer } from './visit.ts';

/** What is put to the test: a real broker, two pods behind a load balancer, and a network that can be cut. */
export interface Stack {
  /** The running one: it is replaced when the broker is started again. */
  kafka: LocalKafka;
  readonly topic: string;
  readonly pods: readonly Pod[];
  readonly network: Network;
  readonly expected: ExpectedServer;
}

const POD_NAMES: readonly string[] = ['pod-1', 'pod-2'];
const PING_MS = 300;
/** Less than a client is away for: most of what is missed is no longer in memory. */
export const RING_FRAMES = 16;
/** Longer than a poll waits. A stream is silent for `PING_MS` at most. */
const BALANCER_IDLE_CUT_MS = 4_000;
/** Some streams end by themselves before it, at 6.4 to 8 s, and some do not. */
const BALANCER_AGE_CUT_MS = 7_000;

/** Everything at its smallest, so that in a minute happens what takes a day elsewhere. */
const POD_ENV = {
  DEMO: '1',
  ...ONE_ADDRESS,
  PING_MS: String(PING_MS),
  STREAM_MAX_AGE_MS: '8000',
  RING_FRAMES: String(RING_FRAMES),
  RING_LINGER_MS: '500',
  HISTORY_PAGE_BYTES: '8192',
  HISTORY_FETCH_BYTES: '65536',
  DRAIN_MS: '500',
};

/**
 * Starts it, lends it, and stops what was started, however the work ends.
 *
 * @param isStock whether the broker keeps Kafka's own timings
 */
export async function withStack<T>(
  { isStock, log }: { readonly isStock: boolean; readonly log: (line: string) => void },
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    return await work(await startStack(isStock, log, undo));
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function startStack(
  isStock: boolean,
  log: (line: string) => void,
  undo: (() => Promise<unknown>)[],
): Promise<Stack> {
  const kafka = await startLocalKafka({ log, ...(isStock && { extraProperties: STOCK_PROPERTIES }) });
  // Whichever handle is the newest.
  undo.push(() => stack.kafka.stop());
  const topic = `chaos-${randomUUID()}`;
  const stack = { kafka, topic } as Stack;
  await ensureTopic(kafka.brokers, { topic });
  if (!isBuildFresh()) await build(log);
  const env = { ...POD_ENV, KAFKA_BROKERS: kafka.brokers.join(','), KAFKA_TOPICS: topic };
  const pods = await Promise.all(POD_NAMES.map((name) => Pod.start({ name, env })));
  undo.push(() => Promise.all(pods.map((pod) => pod.stop())));
  await Promise.all(pods.map((pod) => pod.untilReady()));
  const balancer = await startBalancer({
    pods: () => pods.map(({ url }) => url),
    idleCutMs: BALANCER_IDLE_CUT_MS,
    ageCutMs: BALANCER_AGE_CUT_MS,
  });
  undo.push(() => balancer.stop());
  const network = await Network.start(balancer.url);
  undo.push(() => network.stop());
  const isPod = (name: string): boolean => POD_NAMES.includes(name);
  const expected = { topic, isPod, pingMs: PING_MS, watchdogMs: PING_MS * WATCHDOG_PINGS };
  return Object.assign(stack, { pods, network, expected });
}
