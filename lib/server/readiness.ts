import type { Readiness } from '../protocol/events.ts';
import type { Config } from './config.ts';
import type { RecordLog } from './record-log/port.ts';

export interface ReadinessSource {
  readonly config: Pick<Config, 'pod' | 'topics' | 'isDemo' | 'auth'>;
  readonly recordLog: Pick<RecordLog, 'kind' | 'status'>;
  readonly isDraining: boolean;
}

/**
 * Whether this pod should be sent clients. Not before it has read every topic once, not while it shuts down, and not
 * while its consumer stands still though the broker answers: other pods may be well. But
 * through an outage of the broker it stays ready and says `degraded`: with every pod at 503 a proxy would have nobody
 * left to send to, and an EventSource that is answered with an error gives up for good.
 */
function wholeReadinessOf({ config, recordLog, isDraining }: ReadinessSource): Readiness {
  const { pod, topics, isDemo: demo, auth } = config;
  const about = { pod, recordLog: recordLog.kind, topics, demo, renewUrl: auth.renewUrl ?? null };
  if (isDraining) return { status: 'draining', ready: false, reason: 'this pod is shutting down', ...about };
  const { state, reason } = recordLog.status();
  switch (state) {
    case 'live':
      return { status: 'ready', ready: true, reason, ...about };
    case 'degraded':
      return { status: 'degraded', ready: true, reason, ...about };
    case 'starting':
    case 'wedged':
      return { status: state, ready: false, reason, ...about };
  }
}

const ELSEWHERE = 'the log of this pod says why';

/** Of each status, what anybody may know. */
const PUBLIC_REASONS = {
  ready: 'reading every topic',
  starting: `not every topic is being read yet: ${ELSEWHERE}`,
  degraded: `not every topic is being read now: ${ELSEWHERE}`,
  wedged: `nothing is being read, though Kafka answers: ${ELSEWHERE}`,
  draining: 'this pod is shutting down',
} as const satisfies Record<Readiness['status'], string>;

/**
 * As whoever asks is told it: where tokens are wanted, the log alone names brokers, users and topics. Whoever has a token
 * may watch some feeds, and need not know where they come from.
 */
export function readinessOf(source: ReadinessSource): Readiness {
  const readiness = wholeReadinessOf(source);
  if (source.config.auth.jwt === undefined) return readiness;
  return { ...readiness, reason: PUBLIC_REASONS[readiness.status], topics: [] };
}
