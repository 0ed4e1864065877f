import type { PodsState } from '#lib/client/pods.ts';
import { CONTROL_TOPIC } from '#lib/protocol/control.ts';

interface OpsNoticeWords {
  /** `loading`: nothing is known yet. `failed`: nobody answers. `stale`: it is of before. `asking`: of those that answer. */
  readonly kind: 'loading' | 'failed' | 'stale' | 'asking';
  readonly words: string;
  readonly isFailure: boolean;
}

/** What must be known to read the figures right; null while they are of now, and of all pods. */
export function opsNotice(state: PodsState, isDemo: boolean): OpsNoticeWords | null {
  const { pods, connection, isAsking, isAnswered, refusal } = state;
  const isEmpty = pods.length === 0;
  const isLive = connection?.state === 'live';
  if (isAsking && isAnswered === false) {
    if (refusal !== null) return { kind: 'failed', words: refusal, isFailure: true };
    const since = isEmpty ? '' : ' What is shown is what was heard last.';
    return { kind: 'failed', words: `No pod answers: it is tried again.${since}`, isFailure: true };
  }
  if (isEmpty) return { kind: 'loading', words: 'Waiting for the first word of a pod…', isFailure: false };
  if (!isDemo) return null;
  if (isAsking) return { kind: 'asking', words: askingWords(pods), isFailure: false };
  if (isLive) return null;
  return { kind: 'stale', words: 'What is shown is what was heard last: no connection now.', isFailure: false };
}

function askingWords(pods: PodsState['pods']): string {
  return `${silenceWords(pods)}: the pods that answer are asked one by one.`;
}

function silenceWords(pods: PodsState['pods']): string {
  const here = pods.filter(({ isGone }) => !isGone);
  const isConnected = here.some(({ recordLog }) => recordLog.connected);
  // One for itself; where all of several are, it is the record log. This page may hear them through that very one.
  const held = isConnected || here.length === 1 ? here.find(({ status }) => status === 'degraded') : undefined;
  if (held !== undefined) return `Nothing comes through ${held.pod} (${held.reason})`;
  if (isConnected) return `Nothing comes over the topic ${CONTROL_TOPIC}, which npm run demo creates`;
  return 'The record log is away, and the control topic with it';
}
