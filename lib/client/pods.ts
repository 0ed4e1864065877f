import { createStore, type StoreApi } from 'zustand/vanilla';
import { CONTROL_TOPIC, type FaultOutcome, POD_SILENT_MS, PODS_FEED } from '#lib/protocol/control.ts';
import { parseFaultOutcome, parsePodStatus } from '#lib/protocol/control-parse.ts';
import { STATUS_URL } from '#lib/protocol/paths.ts';
import type { ClientEvent } from './client-event.ts';
import { type Clock, systemClock } from './clock.ts';
import { connectionPermits } from './connection-permits.ts';
import type { Connection } from './connection-state.ts';
import { parseJson } from './payload.ts';
import { type Listening, PodsModel, type PodView } from './pods-model.ts';
import { pollJson } from './poll-json.ts';
import { refusalWords } from './refusal-words.ts';
import { renewSession } from './renew-session.ts';
import type { Source } from './source.ts';
import { createSseSource } from './sse-source.ts';
import { throttle } from './throttle.ts';

/** Numbers change at most this often, ms. */
const PUBLISH_MS = 250;
/** How often is looked for pods that have fallen silent, ms. */
const LOOK_MS = 500;
/** Enough to have each pod, and what happened last, at once. */
const BEGIN_WITH = 20;
/** Where no pod was heard of over the topic for so long, whoever answers is asked, ms. */
const QUIET_MS = 2_000;
const ASK_QUIET_MS = 250;
const ASK_ALONE_MS = 2_000;
/** Which of the pods behind a load balancer answers is chance: only one that has not for so long is gone, ms. */
const ASKED_SILENT_MS = 10_000;

/** What is known of the pods. */
export interface PodsState {
  readonly pods: readonly PodView[];
  /** Newest first. */
  readonly outcomes: readonly FaultOutcome[];
  /** Of the stream of all pods; null outside the demo, where only the pod that answers is known. */
  readonly connection: Connection | null;
  /** Whether the pods that answer are asked one by one, since nothing comes over the topic, or there is none. */
  readonly isAsking: boolean;
  /** Whether the last such question was answered; null where there was none. */
  readonly isAnswered: boolean | null;
  /** Where it was answered with a refusal: why, in words. */
  readonly refusal: string | null;
}

export const NO_PODS: PodsState = {
  pods: [],
  outcomes: [],
  connection: null,
  isAsking: false,
  isAnswered: null,
  refusal: null,
};

export interface PodsStore {
  readonly state: StoreApi<PodsState>;
  retryNow(): void;
  dispose(): void;
}

export interface PodsOptions {
  /** The stream of all pods; null outside the demo. */
  readonly source: Source | null;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  readonly isHidden?: () => boolean;
  /** Gets a new token; see `SourceLifeOptions`. */
  readonly renew?: () => Promise<void>;
}

/** Listens to all pods over one stream, and asks those that answer while nothing comes that way. */
export function createPods({ source, clock = systemClock, ...asking }: PodsOptions): PodsStore {
  const life = new AbortController();
  const { signal } = life;
  const model = new PodsModel();
  const state = createStore<PodsState>(() => ({ ...NO_PODS, connection: source?.connection() ?? null }));
  const isHidden = asking.isHidden ?? (() => document.hidden);
  const startedAtMs = clock.nowMs();
  let heardOverTopicAtMs = startedAtMs;
  let isAnswered: boolean | null = null;
  let refusal: string | null = null;

  const isAsking = (): boolean => source === null || clock.nowMs() - heardOverTopicAtMs > QUIET_MS;
  const publish = throttle(clock, PUBLISH_MS, signal, () => {
    const connection = source?.connection() ?? null;
    state.setState({
      pods: model.pods(),
      outcomes: model.outcomes,
      connection,
      isAsking: isAsking(),
      isAnswered,
      refusal,
    });
  });

  /** How a pod that tells something would be heard; null while it would not. */
  function listening(): Listening | null {
    if (isAsking()) return { sinceMs: startedAtMs, silentMs: ASKED_SILENT_MS };
    const connection = source?.connection();
    return connection?.state === 'live' ? { sinceMs: connection.sinceMs, silentMs: POD_SILENT_MS } : null;
  }

  function hear(event: ClientEvent): void {
    if (event.kind === 'record') {
      const value = parseJson(event.data);
      const status = parsePodStatus(value);
      const outcome = parseFaultOutcome(value);
      if (status !== null) {
        model.heardStatus(status, event.arrivedAtMs, event.isStored);
        heardOverTopicAtMs = Math.max(heardOverTopicAtMs, event.isStored ? 0 : event.arrivedAtMs);
      }
      if (outcome !== null) model.heardOutcome(outcome);
    }
    publish();
  }

  const unsubscribe = source?.subscribe(hear);
  source?.start();
  clock.every(LOOK_MS, signal, () => {
    model.look(clock.nowMs(), listening());
    publish();
  });
  pollJson({
    ...asking,
    clock,
    signal,
    url: STATUS_URL,
    intervalMs: source === null ? ASK_ALONE_MS : ASK_QUIET_MS,
    isHidden: () => isHidden() || !isAsking(),
    onResult: (result) => {
      const status = result.kind === 'answer' ? parsePodStatus(result.body) : null;
      isAnswered = status !== null;
      refusal = result.kind === 'answer' ? refusalWords(result.status) : null;
      if (status !== null) model.heardStatus(status, clock.nowMs());
      publish();
    },
  });

  return {
    state,
    retryNow: () => source?.retryNow(),
    dispose() {
      life.abort();
      unsubscribe?.();
      source?.stop();
    },
  };
}

/** The pods as this page hears of them. */
export function openPods(isDemo: boolean): PodsStore {
  const about = {
    id: PODS_FEED,
    topic: CONTROL_TOPIC,
    last: BEGIN_WITH,
    permits: connectionPermits,
    renew: renewSession,
  };
  return createPods({ source: isDemo ? createSseSource(about) : null, renew: renewSession });
}
