import type { Readiness } from '../protocol/events.ts';
import type { Config } from './config.ts';
import type { RecordLog } from './record-log/port.ts';

export interface ReadinessSource {
  readonly config: Pick<Config, 'pod' | 'topics' | 'isDemo' | 'auth'>;
  readonly recordLog: RecordLog;
  readonly isDraining: boolean;
}

/**
 * Whether this pod should be sent clients. Not before it has read every topic once, not while it shuts down, and not
 * while its consumer stands still though the broker answers: other pods may be well. But
 * through an outage of the broker it stays ready and says `degraded`: with every pod at 503 a proxy would have nobody
 * left to send to, and an EventSource that is answered with an error gives up for good.
 */
export function readinessOf({ config, recordLog, isDraining }: ReadinessSource): Readiness {
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
