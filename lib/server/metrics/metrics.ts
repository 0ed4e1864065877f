import type { HubStats } from '../hub/hub.ts';
import { type ClientMetricSources, registerClientMetrics } from './client-metrics.ts';
import { type LimitMetricSources, registerLimitMetrics } from './limit-metrics.ts';
import { type PodMetricSources, registerPodMetrics } from './pod-metrics.ts';
import { type RecordLogMetricSources, registerRecordLogMetrics } from './record-log-metrics.ts';
import { MetricRegister } from './register-metrics.ts';

type Sources = ClientMetricSources & LimitMetricSources & RecordLogMetricSources & PodMetricSources;

export interface MetricSources extends Omit<Sources, 'stats'> {
  readonly pod: string;
  readonly hubStats: () => HubStats;
}

/** What `/metrics` answers with. */
export interface Metrics {
  readonly contentType: string;
  /** Prometheus text, as of now. */
  render(): Promise<string>;
}

/** All of docs/metrics.md. */
export function createMetrics({ pod, hubStats, ...others }: MetricSources): Metrics {
  // The hub walks over all its feeds for these: once for all that one answer tells of it.
  let known = hubStats();
  const sources: Sources = { ...others, stats: () => known };
  const register = new MetricRegister(pod);
  registerClientMetrics(register, sources);
  registerLimitMetrics(register, sources);
  registerRecordLogMetrics(register, sources);
  registerPodMetrics(register, sources);
  return {
    contentType: register.contentType,
    render: () => {
      known = hubStats();
      return register.render();
    },
  };
}
