import type { ErrorCode } from '../../protocol/errors.ts';
import type { HubStats } from '../hub/hub.ts';
import type { HubTally } from '../hub/hub-tally.ts';
import type { Polls } from '../transport/polls.ts';
import type { Streams } from '../transport/streams.ts';
import { byLabel, type MetricRegister } from './register-metrics.ts';

export interface ClientMetricSources {
  /** As of this answer. */
  readonly stats: () => HubStats;
  readonly tally: HubTally;
  readonly streams: Streams;
  readonly polls: Polls;
  /** Problem documents answered, by code. */
  readonly problems: () => ReadonlyMap<ErrorCode, number>;
  /** Connections of the article's way; undefined outside the demo. */
  readonly articleListeners: (() => number) | undefined;
}

/** Who is connected, what they are given, and what they are refused. */
export function registerClientMetrics(register: MetricRegister, sources: ClientMetricSources): void {
  registerConnections(register, sources);
  registerDeliveries(register, sources);
}

function registerConnections(register: MetricRegister, sources: ClientMetricSources): void {
  const { stats, streams, polls, problems, articleListeners } = sources;
  register.gauge({ name: 'feedline_streams', help: 'Open SSE connections.' }, () => streams.openCount);
  register.gauge(
    {
      name: 'feedline_stream_sinks',
      help: 'Open SSE connections, by the way their bytes go: to the socket itself, or through a web stream.',
      labels: ['sink'],
    },
    () => byLabel('sink', streams.sinks),
  );
  register.counter(
    { name: 'feedline_streams_opened_total', help: 'SSE connections opened.' },
    () => streams.openedCount,
  );
  register.counter(
    { name: 'feedline_streams_ended_total', help: 'SSE connections ended, by reason.', labels: ['reason'] },
    () => byLabel('reason', streams.ends),
  );
  register.gauge({ name: 'feedline_polls_waiting', help: 'Polls that wait for an event.' }, () => polls.waitingCount);
  register.counter(
    { name: 'feedline_polls_total', help: 'Polls that have read, by what ended them.', labels: ['reason'] },
    () => byLabel('reason', polls.ends),
  );
  register.gauge(
    {
      name: 'feedline_readers',
      help: 'Readers at their places in feeds: one for each stream, and each poll that waits.',
    },
    () => stats().readers,
  );
  register.counter(
    {
      name: 'feedline_problems_total',
      help: 'Requests answered with a problem document, by its code.',
      labels: ['code'],
    },
    () => byLabel('code', problems()),
  );
  if (articleListeners === undefined) return;
  register.gauge({ name: 'feedline_article_listeners', help: 'Connections of the article’s way.' }, articleListeners);
}

function registerDeliveries(register: MetricRegister, { stats, tally, streams, polls }: ClientMetricSources): void {
  const byTransport = (sse: number, poll: number) => byLabel('transport', Object.entries({ sse, poll }));
  register.counter(
    { name: 'feedline_deliveries_total', help: 'Events written to clients, gaps among them.', labels: ['transport'] },
    () => byTransport(streams.deliveredCount, polls.deliveredCount),
  );
  register.counter(
    {
      name: 'feedline_sent_bytes_total',
      help: 'Bytes given to the sockets of streams and polls, headers and framing included.',
      labels: ['transport'],
    },
    () => byTransport(streams.sentBytes, polls.sentBytes),
  );
  register.durations(
    {
      name: 'feedline_delivery_seconds',
      help: 'From taking an event until it was written to every reader that had room, by one clock.',
    },
    tally.delivery,
  );
  register.counter(
    {
      name: 'feedline_resumes_total',
      help: 'Requests with a cursor, by what came of it: all from memory, read back from Kafka, a gap, or the feed is over.',
      labels: ['transport', 'outcome'],
    },
    () =>
      Object.entries({ sse: streams.resumes, poll: polls.resumes }).flatMap(([transport, counts]) =>
        [...counts].map(([outcome, count]) => [{ transport, outcome }, count] as const),
      ),
  );
  register.gauge(
    { name: 'feedline_readers_catching_up', help: 'Readers that read back from Kafka what is no longer in memory.' },
    () => stats().readersCatchingUp,
  );
  register.counter(
    { name: 'feedline_gaps_total', help: 'Gaps that readers were told, by reason.', labels: ['reason'] },
    () => byLabel('reason', tally.gaps.all),
  );
}
