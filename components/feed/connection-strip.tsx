'use client';

import { HISTORY_S, type HistoryBlock } from '#lib/client/connection-history.ts';
import type { ConnectionState } from '#lib/client/connection-state.ts';
import { historyWords } from '#lib/client/history-words.ts';
import { useFeed, useFeedStore } from '#lib/client/hooks/use-feed.ts';
import { useRenewed } from '#lib/client/hooks/use-renewed.ts';
import { BLOCK_HEIGHT, BLOCK_WIDTH, blocksPath, eventsPath, SHAPE_LOOK } from './strip-paths.ts';

const STATES: readonly { readonly state: ConnectionState; readonly word: string }[] = [
  { state: 'connecting', word: 'connecting' },
  { state: 'live', word: 'live' },
  { state: 'stale', word: 'no signal' },
  { state: 'reconnecting', word: 'reconnecting' },
  { state: 'closed', word: 'closed' },
];
const SECOND_MS = 1000;
/** What is read aloud is renewed this rarely, ms. */
const LABEL_MS = 5000;

/** The connection as a block for each second, with the events of that second above it: each state has its own shape. */
export function ConnectionStrip() {
  const feed = useFeedStore();
  const isRunning = useFeed((state) => !state.isPaused);
  const blocks = useRenewed(() => feed.history(Date.now()), SECOND_MS, isRunning);
  const label = useRenewed(() => historyWords(feed.history(Date.now())), LABEL_MS, isRunning);
  return (
    <figure
      aria-label={`Connection, last ${HISTORY_S} s. ${label}`}
      data-testid="connection-strip"
      className="min-w-0 rounded-lg border border-line bg-surface"
    >
      <figcaption className="flex min-h-10 flex-wrap items-center justify-between gap-x-6 gap-y-1 border-b border-line px-4 py-2">
        <span className="font-medium">Connection</span>
        <span className="text-xs text-ink-muted">last {HISTORY_S} s, a block per second</span>
      </figcaption>
      <div className="px-4 pt-3">
        <Strip blocks={blocks} />
      </div>
      <Legend />
    </figure>
  );
}

function Strip({ blocks }: { readonly blocks: readonly HistoryBlock[] }) {
  return (
    <svg
      viewBox={`0 0 ${HISTORY_S * BLOCK_WIDTH} ${BLOCK_HEIGHT}`}
      preserveAspectRatio="none"
      className="h-11 w-full"
      aria-hidden="true"
    >
      <path
        d={eventsPath(blocks)}
        className="fill-sse"
        data-events={blocks.reduce((sum, { events }) => sum + events, 0)}
      />
      {STATES.map(({ state }) => (
        <path
          key={state}
          data-block={state}
          data-seconds={blocks.filter((block) => block.state === state).length}
          d={blocksPath(blocks, state)}
          className={SHAPE_LOOK[state]}
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}

function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 px-4 pt-1 pb-3 text-xs text-ink-muted">
      <li className="flex items-center gap-1.5">
        <span className="h-2.5 w-1 bg-sse" aria-hidden="true" />
        events
      </li>
      {STATES.map(({ state, word }) => (
        <li key={state} className="flex items-center gap-1.5">
          <svg viewBox={`0 14 ${BLOCK_WIDTH} 18`} className="h-3.5 w-2.5" aria-hidden="true" preserveAspectRatio="none">
            <path
              d={blocksPath([{ state, events: 0 }], state)}
              className={SHAPE_LOOK[state]}
              vectorEffect="non-scaling-stroke"
            />
          </svg>
          {word}
        </li>
      ))}
    </ul>
  );
}
