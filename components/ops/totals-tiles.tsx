import type { ReactNode } from 'react';
import { Card } from '#components/ui/card.tsx';
import { formatBytes, formatCount, formatSeconds } from '#lib/client/format.ts';
import type { PodView } from '#lib/client/pods-model.ts';
import { ageWords, delayWords, lagWords } from './figure-words.ts';
import { OpsFigure } from './ops-figure.tsx';
import { type PodTotals, podTotals } from './pod-totals.ts';

/** The pods together, in four tiles; a dash where nothing is known. */
export function TotalsTiles({ pods }: { readonly pods: readonly PodView[] }) {
  const totals = podTotals(pods);
  return (
    <section
      aria-label="All pods together"
      className="grid grid-cols-[minmax(0,1fr)] gap-4 sm:grid-cols-2 xl:grid-cols-4"
    >
      <Tile title="Record log">
        <OpsFigure label="Pods connected" testId="total-connected" value={ofAll(totals, totals.connected)} />
        <OpsFigure label="Furthest behind" testId="total-lag" value={lagWords(totals.lagRecords)} />
        <OpsFigure label="Last record" value={ageWords(totals.lastRecordAgeMs)} />
      </Tile>
      <Tile title="Hub">
        <OpsFigure label="Feeds" testId="total-feeds" value={known(totals, formatCount(totals.feeds))} />
        <OpsFigure label="Readers" value={known(totals, formatCount(totals.readers))} />
        <OpsFigure label="Rings" value={known(totals, formatBytes(totals.ringBytes))} />
      </Tile>
      <Tile title="Transports">
        <OpsFigure label="Streams" testId="total-streams" value={known(totals, formatCount(totals.streams))} />
        <OpsFigure label="Polls waiting" value={known(totals, formatCount(totals.pollsWaiting))} />
        <OpsFigure label="Catching up" value={known(totals, formatCount(totals.catchingUp))} />
        <OpsFigure label="Rotations" value={known(totals, formatCount(totals.rotations))} />
      </Tile>
      <Tile title="Processes">
        <OpsFigure label="Slowest event loop" value={known(totals, delayWords(totals.eventLoopDelayP99Ms))} />
        <OpsFigure label="Memory" value={known(totals, formatBytes(totals.rssBytes))} />
        <OpsFigure label="Youngest" value={totals.uptimeMs === null ? '–' : formatSeconds(totals.uptimeMs)} />
        <OpsFigure label="Draining" value={ofAll(totals, totals.draining)} />
      </Tile>
    </section>
  );
}

function Tile({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card title={title} level="h2">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 px-4 py-3">{children}</dl>
    </Card>
  );
}

function known({ pods }: PodTotals, words: string): string {
  return pods === 0 ? '–' : words;
}

function ofAll({ pods }: PodTotals, count: number): string {
  return pods === 0 ? '–' : `${count} of ${pods}`;
}
