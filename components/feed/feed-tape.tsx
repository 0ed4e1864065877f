'use client';

import { type UIEvent, useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import { formatCount } from '#lib/client/format.ts';
import { useFeed } from '#lib/client/hooks/use-feed.ts';
import { TAPE_MAX } from '#lib/client/tape.ts';
import { FeedTapeRow } from './feed-tape-row.tsx';

/** Rows laid out at first, and more for each time the end of them comes into view: a long tape costs each frame. */
const ROWS_STEP = 100;
/** How near to the end of the rows is near, in px. */
const NEAR_END_PX = 400;

/** All that came, newest first, bounded. It is a log, but not read aloud: nobody could listen that fast. */
export function FeedTape({ level }: { readonly level: 'h2' | 'h3' }) {
  const tape = useFeed((state) => state.tape);
  const [rowsMax, setRowsMax] = useState(ROWS_STEP);

  function onScroll({ currentTarget: box }: UIEvent): void {
    if (box.scrollTop === 0) setRowsMax(ROWS_STEP);
    const isNearEnd = box.scrollTop + box.clientHeight > box.scrollHeight - NEAR_END_PX;
    if (isNearEnd) setRowsMax((before) => Math.min(before + ROWS_STEP, TAPE_MAX));
  }

  return (
    <Card title="Event tape" level={level} aside={`newest first · last ${formatCount(TAPE_MAX)} kept`}>
      <div
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label="Event tape"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it (WCAG 2.1.1).
        tabIndex={0}
        className="max-h-[26rem] min-h-40 overflow-y-auto overscroll-contain [overflow-anchor:none]"
      >
        {tape.length === 0 ? (
          <p className="flex h-40 items-center justify-center px-4 text-ink-muted">Nothing has come yet.</p>
        ) : (
          <ol>
            {tape.slice(0, rowsMax).map((row) => (
              <FeedTapeRow key={row.key} row={row} />
            ))}
          </ol>
        )}
      </div>
    </Card>
  );
}
