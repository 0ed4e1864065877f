import { formatBytes, formatCount, formatSeconds } from '#lib/client/format.ts';
import type { PodStatus } from '#lib/protocol/control.ts';
import { ageWords, delayWords, lagWords } from './figure-words.ts';
import { OpsFigure } from './ops-figure.tsx';

/** One pod in numbers. */
export function PodFigures({ pod }: { readonly pod: PodStatus }) {
  const { recordLog, hub, transports, process } = pod;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 px-4 py-3 sm:grid-cols-4">
      <OpsFigure label="Record log" testId="record-log" value={recordLog.connected ? 'connected' : 'not connected'} />
      <OpsFigure label="Behind" testId="lag" value={lagWords(recordLog.lagRecords)} />
      <OpsFigure label="Last record" value={ageWords(recordLog.lastRecordAgeMs)} />
      <OpsFigure label="Uptime" testId="uptime" value={formatSeconds(pod.uptimeMs)} />
      <OpsFigure label="Feeds" value={formatCount(hub.feeds)} />
      <OpsFigure label="Readers" value={formatCount(hub.readers)} />
      <OpsFigure label="Rings" value={formatBytes(hub.ringBytes)} />
      <OpsFigure label="Catching up" value={formatCount(transports.catchingUp)} />
      <OpsFigure label="Streams" testId="streams" value={formatCount(transports.streams)} />
      <OpsFigure label="Polls waiting" value={formatCount(transports.pollsWaiting)} />
      <OpsFigure label="Rotations" value={formatCount(transports.rotations)} />
      <OpsFigure label="Draining" value={pod.draining ? 'yes' : 'no'} />
      <OpsFigure label="Event loop p99" value={delayWords(process.eventLoopDelayP99Ms)} />
      <OpsFigure label="Memory" value={formatBytes(process.rssBytes)} />
      <OpsFigure label="Heap" value={formatBytes(process.heapBytes)} />
    </dl>
  );
}
