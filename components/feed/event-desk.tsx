'use client';

import { useRef, useState } from 'react';
import { useFeed, useFeedStore } from '#lib/client/hooks/use-feed.ts';
import type { EventTapeRow } from '#lib/client/tape.ts';
import { FeedTape } from './feed-tape.tsx';
import { type InspectedEvent, Inspector } from './inspector.tsx';

/** The tape, and one of its events in full: the newest, until one is selected. */
export function EventDesk({ level }: { readonly level: 'h2' | 'h3' }) {
  const feed = useFeedStore();
  const inspector = useRef<HTMLElement>(null);
  const [selected, setSelected] = useState<InspectedEvent | null>(null);
  const newest = useNewest();

  function select({ event, stages }: EventTapeRow, isByPointer: boolean): void {
    const { last } = feed.state.getState();
    // The tape keeps the beginning of a long value; of the newest event the whole is there.
    setSelected({ event: last?.cursor === event.cursor ? last : event, stages });
    // On a narrow page the inspector stands above the tape, where a press on a row would seem to do nothing.
    if (isByPointer) inspector.current?.scrollIntoView({ block: 'nearest' });
  }

  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4 @3xl:grid-cols-2">
      <Inspector
        ref={inspector}
        level={level}
        shown={selected ?? newest}
        isSelected={selected !== null}
        onFollow={() => setSelected(null)}
      />
      <FeedTape level={level} selectedCursor={selected?.event.cursor ?? null} onSelect={select} />
    </div>
  );
}

function useNewest(): InspectedEvent | null {
  const event = useFeed((state) => state.last);
  const stages = useFeed((state) => state.lastStages);
  return event === null ? null : { event, stages };
}
