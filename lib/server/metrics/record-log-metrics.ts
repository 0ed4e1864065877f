import type { HubStats } from '../hub/hub.ts';
import type { HubTally } from '../hub/hub-tally.ts';
import type { HistoryMeter, ReadingMeter, RecordLog } from '../record-log/port.ts';
import { lagsOf } from './lag.ts';
import type { ReadingProgress } from './reading-progress.ts';
import { byLabel, type MetricRegister } from './register-metrics.ts';

export interface RecordLogMetricSources {
  /** As of this answer. */
  readonly stats: () => HubStats;
  readonly tally: HubTally;
  readonly recordLog: RecordLog & HistoryMeter & ReadingMeter;
  readonly progress: ReadingProgress;
}

/** How reading from Kafka goes: the records that come, and the past that is read back. */
export function registerRecordLogMetrics(register: MetricRegister, sources: RecordLogMetricSources): void {
  registerReading(register, sources);
  registerRecords(register, sources);
}

function registerReading(register: MetricRegister, { recordLog, progress }: RecordLogMetricSources): void {
  register.gauge({ name: 'feedline_record_log_live', help: '1 while every topic is being read.' }, () =>
    recordLog.status().state === 'live' ? 1 : 0,
  );
  register.gauge(
    {
      name: 'feedline_lag_records',
      help: 'Records stored and not read yet, about; no value while Kafka does not say.',
      labels: ['topic'],
    },
    async () => {
      const lags = [...((await lagsOf(recordLog, progress)) ?? [])];
      return byLabel(
        'topic',
        lags.flatMap(([topic, lag]) => (lag === null ? [] : [[topic, lag] as const])),
      );
    },
  );
  register.gauge(
    { name: 'feedline_fetch_age_seconds', help: 'Since Kafka has last answered a fetch; no value before it has.' },
    () => {
      const { answerAgeMs } = recordLog.readingStats();
      return answerAgeMs === undefined ? undefined : answerAgeMs / 1_000;
    },
  );
  register.counter(
    { name: 'feedline_consumer_joins_total', help: 'Times that a consumer has joined its group, or joined it again.' },
    () => recordLog.readingStats().joins,
  );
  register.counter(
    { name: 'feedline_consumer_crashes_total', help: 'Consumers that kafkajs has given up.' },
    () => recordLog.readingStats().crashes,
  );
  register.counter(
    {
      name: 'feedline_consumer_restarts_total',
      help: 'Consumers made in the place of one that was lost, or was let go.',
    },
    () => recordLog.readingStats().restarts,
  );
}

function registerRecords(register: MetricRegister, { stats, tally, recordLog }: RecordLogMetricSources): void {
  register.counter({ name: 'feedline_records_total', help: 'Records taken from Kafka.', labels: ['topic'] }, () =>
    byLabel('topic', stats().records),
  );
  register.counter(
    { name: 'feedline_records_without_id_total', help: 'Records without a usable ID.', labels: ['reason'] },
    () => byLabel('reason', stats().recordsWithoutId),
  );
  register.counter(
    {
      name: 'feedline_records_unpredicted_total',
      help: 'Records in a partition that the partitioner does not predict.',
    },
    () => stats().recordsUnpredicted,
  );
  register.durations(
    {
      name: 'feedline_record_age_seconds',
      help: 'Of records of feeds in memory, from their timestamp until they were taken: by two clocks.',
    },
    tally.recordAge,
  );
  register.gauge(
    { name: 'feedline_history_scans', help: 'Partitions that are scanned for what is no longer in memory.' },
    () => recordLog.historyStats().scans,
  );
  register.counter(
    { name: 'feedline_history_records_total', help: 'Records looked at in scans, of whatever ID.' },
    () => recordLog.historyStats().scannedRecords,
  );
}
