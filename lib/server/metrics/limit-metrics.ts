import type { Limits } from '../limits/limits.ts';
import type { Sockets } from '../limits/sockets.ts';
import { byLabel, type MetricRegister } from './register-metrics.ts';

export interface LimitMetricSources {
  readonly limits: Limits;
  readonly sockets: Sockets;
}

/** How near the limits are, and whom they have refused. */
export function registerLimitMetrics(register: MetricRegister, { limits, sockets }: LimitMetricSources): void {
  register.gauge({ name: 'feedline_connections', help: 'Places held by streams and polls.' }, () => {
    return limits.connectionCount;
  });
  register.gauge({ name: 'feedline_clients', help: 'Clients that limits remember.' }, () => limits.clientCount);
  register.gauge({ name: 'feedline_sockets', help: 'Open sockets of the HTTP server.' }, () => sockets.count);
  register.counter(
    { name: 'feedline_requests_refused_total', help: 'Requests refused by a limit, by reason.', labels: ['reason'] },
    () => byLabel('reason', limits.refused),
  );
  register.counter(
    { name: 'feedline_sockets_cut_total', help: 'Sockets cut by a limit, by reason.', labels: ['reason'] },
    () => byLabel('reason', sockets.cuts),
  );
}
