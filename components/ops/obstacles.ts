import type { PodView } from '#lib/client/pods-model.ts';
import { RecordLogKind } from '#lib/protocol/constants.ts';

type Target = Pick<PodView, 'isGone' | 'abilities' | 'recordLog' | 'draining'>;

const IN_PROCESS = 'Not Kafka: with the pod its in-process log would be gone.';
const NOT_OURS = 'Only pods that npm run demo or docker compose has started can be killed.';
const NO_BROKER = 'Not Kafka: there is no broker.';
const NOT_OUR_BROKER = 'Only a broker that npm run demo has started itself can be killed.';

/** Why a pod cannot be killed, in words; null where it can. */
export function killPodObstacle(pod: Target): string | null {
  if (pod.isGone) return 'It gives no signal.';
  if (pod.recordLog.kind === RecordLogKind.memory) return IN_PROCESS;
  return pod.abilities.includes('kill-pod') ? null : NOT_OURS;
}

/** The same for its consumer. */
export function stopConsumerObstacle(pod: Target): string | null {
  if (pod.isGone) return 'It gives no signal.';
  return pod.draining ? 'It shuts down.' : null;
}

/** The same for the broker, of which the pods know whether it can be killed. */
export function killBrokerObstacle(pods: readonly Target[]): string | null {
  const there = pods.filter(({ isGone }) => !isGone);
  if (there.length === 0) return 'No pod is heard of yet.';
  if (there.every(({ recordLog }) => recordLog.kind === RecordLogKind.memory)) return NO_BROKER;
  return there.some(({ abilities }) => abilities.includes('kill-broker')) ? null : NOT_OUR_BROKER;
}
