import { setTimeout as delay } from 'node:timers/promises';
import {
  CONTROL_TOPIC,
  type FaultOrder,
  type FaultOutcome,
  PODS_FEED,
  type PodAbility,
} from '#lib/protocol/control.ts';
import { FreshOrders } from '#lib/protocol/fresh-orders.ts';
import { followOrders } from '#scripts/demo/fault-orders.ts';
import type { OwnBroker } from '#scripts/demo/own-broker.ts';
import type { Pods } from '#scripts/demo/pods.ts';

const TELL_RETRY_MS = 250;
/** What could not be told for so long is told to nobody, ms. */
const TELL_LIMIT_MS = 60_000;
/** A broker is not spared because it takes nothing any more, ms. */
const TELL_FIRST_LIMIT_MS = 2_000;

export interface FaultDoerOptions {
  /** Of the load balancer. */
  readonly baseUrl: string;
  readonly pods: Pick<Pods, 'crash'>;
  /** Only one of the demo's own. */
  readonly broker: OwnBroker | undefined;
  readonly log: (line: string) => void;
}

/** What the launcher of a demo can do to it. */
export function abilitiesOf(log: {
  readonly isShared: boolean;
  readonly broker?: OwnBroker | undefined;
}): PodAbility[] {
  // With the in-process log a pod's end would be the end of all records.
  if (!log.isShared) return [];
  return log.broker === undefined ? ['kill-pod'] : ['kill-pod', 'kill-broker'];
}

/** Does what only the launcher can do, which has started the pods and the broker; see PROTOCOL.md, "The control topic". */
export class FaultDoer {
  readonly #options: FaultDoerOptions;
  readonly #life = new AbortController();

  constructor(options: FaultDoerOptions) {
    this.#options = options;
    const fresh = new FreshOrders();
    void followOrders(options.baseUrl, this.#life.signal, (order) => {
      if (fresh.take(order, Date.now())) void this.#obey(order);
    });
  }

  readonly stop = async (): Promise<void> => {
    this.#life.abort();
  };

  async #obey({ id, fault }: FaultOrder): Promise<void> {
    const tell = (state: FaultOutcome['state'], words: string, limitMs = TELL_LIMIT_MS): Promise<void> => {
      this.#options.log(`${words}.`);
      return this.#tell({ id, fault, state, by: 'launcher', atMs: Date.now(), words }, limitMs);
    };
    try {
      if (fault.kind === 'kill-pod') await this.#killPod(fault.pod, tell);
      if (fault.kind === 'kill-broker') await this.#killBroker(fault.forMs, tell);
    } catch (error) {
      if (!this.#life.signal.aborted) await tell('failed', (error as Error).message);
    }
  }

  async #killPod(name: string, tell: Tell): Promise<void> {
    const startedAtMs = Date.now();
    const crash = this.#options.pods.crash(name);
    // Another demo's, on the same Kafka.
    if (crash === undefined) return;
    const { pid, back } = await crash;
    await tell('begun', `${name} (PID ${pid}) was killed with SIGKILL`);
    const newPid = await back;
    await tell('done', `${name} is ready again (PID ${newPid}), after ${secondsSince(startedAtMs)}`);
  }

  async #killBroker(forMs: number, tell: Tell): Promise<void> {
    const { broker } = this.#options;
    if (broker === undefined) return;
    if (broker.isAway) throw new Error('The broker is away already');
    const startedAtMs = Date.now();
    // Before it is so: nothing can be told while it is.
    const words = `The broker (${broker.place}) is killed with SIGKILL, and started again after ${forMs / 1_000} s`;
    await tell('begun', words, TELL_FIRST_LIMIT_MS);
    this.#life.signal.throwIfAborted();
    await broker.beAwayFor(forMs);
    await tell('done', `The broker answers again, after ${secondsSince(startedAtMs)}`);
  }

  /** Until it is stored: while the broker is away that may take a while. */
  async #tell(outcome: FaultOutcome, limitMs: number): Promise<void> {
    const url = `${this.#options.baseUrl}/api/feeds/${PODS_FEED}/events?topic=${CONTROL_TOPIC}`;
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.any([this.#life.signal, AbortSignal.timeout(limitMs)]);
    while (!signal.aborted) {
      const posted = fetch(url, { method: 'POST', headers, body: JSON.stringify(outcome), signal });
      const isStored = await posted.then(
        ({ ok }) => ok,
        () => false,
      );
      if (isStored) return;
      await delay(TELL_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

type Tell = (state: FaultOutcome['state'], words: string, limitMs?: number) => Promise<void>;

function secondsSince(atMs: number): string {
  return `${((Date.now() - atMs) / 1_000).toFixed(1)} s`;
}
