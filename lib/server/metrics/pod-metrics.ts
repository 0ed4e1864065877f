import type { Readiness } from '../../protocol/events.ts';
import type { HubStats } from '../hub/hub.ts';
import type { EventLoopDelay } from './event-loop-delay.ts';
import type { MetricRegister } from './register-metrics.ts';

export interface PodMetricSources {
  /** As of this answer. */
  readonly stats: () => HubStats;
  readonly readiness: () => Readiness;
  readonly eventLoopDelay: EventLoopDelay;
  /** Of Feedline. */
  readonly version: string;
}

/** How the process is, beside what prom-client says of every Node process. */
export function registerPodMetrics(register: MetricRegister, sources: PodMetricSources): void {
  const { stats, readiness, eventLoopDelay, version } = sources;
  register.gauge({ name: 'feedline_ready', help: '1 while `/readyz` is 200.' }, () => (readiness().ready ? 1 : 0));
  register.gauge({ name: 'feedline_draining', help: '1 while the pod shuts down.' }, () =>
    readiness().status === 'draining' ? 1 : 0,
  );
  register.gauge(
    { name: 'feedline_build_info', help: 'Always 1: what runs here.', labels: ['version', 'node'] },
    () => [[{ version, node: process.version }, 1]],
  );
  register.gauge(
    { name: 'feedline_feeds', help: 'Feeds in memory, watched now or a moment ago.' },
    () => stats().feeds,
  );
  register.gauge(
    { name: 'feedline_ring_bytes', help: 'Bytes held by the rings of all feeds, about.' },
    () => stats().ringBytes,
  );
  register.durations(
    {
      name: 'feedline_event_loop_delay_seconds',
      help: 'How long what was due has waited for the main thread, sampled 20 times a second.',
    },
    eventLoopDelay.delays,
  );
}
