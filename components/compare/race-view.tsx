'use client';

import { useEffect, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { PauseIcon } from '#components/ui/pause-icon.tsx';
import { FeedContext } from '#lib/client/hooks/feed-context.ts';
import { useKey } from '#lib/client/hooks/use-key.ts';
import type { RaceRun } from '#lib/client/race.ts';
import { DeliveryTimeline } from './delivery-timeline.tsx';
import { LaneCard } from './lane-card.tsx';
import { LanesChart } from './lanes-chart.tsx';
import { VerdictCard } from './verdict-card.tsx';

interface RaceViewProps {
  readonly run: RaceRun;
  /** False while the server is asked where the feed stands. */
  readonly hasBegun: boolean;
}

/** A race: the verdict, the lanes in numbers, their latencies, and their deliveries over time. Paused, the race goes on unseen. */
export function RaceView({ run, hasBegun }: RaceViewProps) {
  const [isPaused, setPaused] = useState(false);
  const toggle = (): void => setPaused(!isPaused);
  useKey(' ', toggle);
  useEffect(() => {
    for (const feed of run.lanes.values()) feed.setPaused(isPaused);
  }, [run, isPaused]);
  return (
    <>
      <VerdictCard run={run} hasBegun={hasBegun} isPaused={isPaused}>
        <Button onClick={toggle} aria-keyshortcuts="Space">
          <PauseIcon isPaused={isPaused} />
          {isPaused ? 'Resume' : 'Pause'}
          <Kbd>Space</Kbd>
        </Button>
      </VerdictCard>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4 @2xl:grid-cols-2 @5xl:grid-cols-4">
        {[...run.lanes].map(([name, feed], index) => (
          <FeedContext key={name} value={feed}>
            <LaneCard name={name} digit={String(index + 1)} />
          </FeedContext>
        ))}
      </div>
      <LanesChart lanes={run.lanes} isPaused={isPaused} />
      <DeliveryTimeline run={run} isPaused={isPaused} />
    </>
  );
}
