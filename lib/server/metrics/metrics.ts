import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { HubStats } from '../hub/hub.ts';
import type { Limits } from '../limits/limits.ts';
import type { Sockets } from '../limits/sockets.ts';
import type { HistoryStats, RecordLogStatus } from '../record-log/port.ts';
import type { Polls } from '../transport/polls.ts';
import type { Streams } from '../transport/streams.ts';
import { SAMPLE_MS } from './event-loop-delay.ts';

export interface MetricSources {
  readonly pod: string;
  readonly hubStats: () => HubStats;
  readonly recordLogStatus: () => RecordLogStatus;
  readonly historyStats: () => HistoryStats;
  readonly streams: Streams;
  readonly polls: Polls;
  readonly limits: Limits;
  readonly sockets: Sockets;
  /** Connections of the article's way; undefined outside the demo. */
  readonly articleListeners: (() => number) | undefined;
}

/** What `/metrics` answers with. */
export interface Metrics {
  readonly contentType: string;
  /** Prometheus text, as of now. */
  render(): Promise<string>;
}

/** Everything is read when it is asked for; nothing is counted twice. */
export function createMetrics(sources: MetricSources): Metrics {
  const { pod, hubStats, recordLogStatus, historyStats, streams, polls, limits, sockets, articleListeners } = sources;
  const registry = new Registry();
  // The hub walks over all its feeds for these: once for all that one answer tells of it.
  let stats = hubStats();
  registry.setDefaultLabels({ pod });
  // Its percentiles of the event loop's lag are of the time between two samples: at rest about SAMPLE_MS, not 0.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: SAMPLE_MS });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  gauge('feedline_feeds', 'Feeds in memory, watched now or a moment ago.', () => stats.feeds);
  gauge('feedline_readers', 'Readers at their places in feeds.', () => stats.readers);
  gauge('feedline_ring_bytes', 'Bytes held by the rings of all feeds, about.', () => stats.ringBytes);
  counter('feedline_records_total', 'Records taken from the record log.', () => stats.records);
  counter('feedline_records_without_id_total', 'Records without a usable ID.', () => stats.recordsWithoutId);
  counter('feedline_records_unpredicted_total', 'Records in a partition that the partitioner does not predict.', () => {
    return stats.recordsUnpredicted;
  });
  gauge('feedline_record_log_live', '1 while every topic is being read.', () => {
    return recordLogStatus().state === 'live' ? 1 : 0;
  });
  gauge('feedline_readers_catching_up', 'Readers that read from the record log.', () => stats.readersCatchingUp);
  gauge('feedline_history_scans', 'Partitions of the record log that are scanned.', () => historyStats().scans);
  counter('feedline_history_records_total', 'Records looked at in scans, of whatever ID.', () => {
    return historyStats().scannedRecords;
  });
  gauge('feedline_streams', 'Open SSE connections.', () => streams.openCount);
  new Gauge({
    name: 'feedline_stream_sinks',
    help: 'Open SSE connections, by the way their bytes go: to the socket itself, or through a web stream.',
    labelNames: ['sink'],
    registers: [registry],
    collect() {
      for (const [sink, count] of streams.sinks) this.set({ sink }, count);
    },
  });
  counter('feedline_streams_opened_total', 'SSE connections opened.', () => streams.openedCount);
  if (articleListeners) gauge('feedline_article_listeners', 'Connections of the article’s way.', articleListeners);
  const byReason = (name: string, help: string, counts: () => ReadonlyMap<string, number>): void => {
    new Counter({
      name,
      help,
      labelNames: ['reason'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [reason, count] of counts()) this.inc({ reason }, count);
      },
    });
  };
  byReason('feedline_streams_ended_total', 'SSE connections ended, by reason.', () => streams.ends);
  gauge('feedline_polls_waiting', 'Polls that wait for an event.', () => polls.waitingCount);
  byReason('feedline_polls_total', 'Polls answered, by reason.', () => polls.ends);
  gauge('feedline_connections', 'Places held by streams and polls.', () => limits.connectionCount);
  gauge('feedline_clients', 'Clients that limits remember.', () => limits.clientCount);
  gauge('feedline_sockets', 'Open sockets of the HTTP server.', () => sockets.count);
  byReason('feedline_requests_refused_total', 'Requests refused by a limit, by reason.', () => limits.refused);
  byReason('feedline_sockets_cut_total', 'Sockets cut by a limit, by reason.', () => sockets.cuts);
  return {
    contentType: registry.contentType,
    render: () => {
      stats = hubStats();
      return registry.metrics();
    },
  };
}
