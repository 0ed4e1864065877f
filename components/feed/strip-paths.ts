import type { HistoryBlock } from '#lib/client/connection-history.ts';
import type { ConnectionState } from '#lib/client/connection-state.ts';

/** Of one second, in the units of the picture; its height is that of the whole picture. */
export const BLOCK_WIDTH = 10;
export const BLOCK_HEIGHT = 32;
/** Blocks stand in the lower part, events above them. */
const BLOCK_TOP = 16;
const BLOCK_TALL = BLOCK_HEIGHT - BLOCK_TOP - 1;
const BAR_MAX = BLOCK_TOP - 3;
/** A bar of this many events in a second is as high as one gets. */
const BAR_MAX_EVENTS = 1000;
const INSET = 1;
const WIDE = BLOCK_WIDTH - 2 * INSET;

/** Where in its block a state is drawn: the whole, its lower half, its foot, a frame, a frame of dashes. */
const SHAPES: Record<ConnectionState, { readonly top: number; readonly tall: number }> = {
  live: { top: BLOCK_TOP, tall: BLOCK_TALL },
  stale: { top: BLOCK_TOP + BLOCK_TALL / 2, tall: BLOCK_TALL / 2 },
  closed: { top: BLOCK_HEIGHT - 5, tall: 4 },
  connecting: { top: BLOCK_TOP + 0.5, tall: BLOCK_TALL - 1 },
  reconnecting: { top: BLOCK_TOP + 0.5, tall: BLOCK_TALL - 1 },
};

export const SHAPE_LOOK: Record<ConnectionState, string> = {
  live: 'fill-live',
  stale: 'fill-ink-muted',
  closed: 'fill-ink',
  connecting: 'fill-none stroke-ink-muted stroke-1',
  reconnecting: 'fill-none stroke-ink stroke-[1.5] [stroke-dasharray:3_2]',
};

/** All seconds in which the connection was in this state. */
export function blocksPath(blocks: readonly HistoryBlock[], state: ConnectionState): string {
  const { top, tall } = SHAPES[state];
  return blocks
    .map((block, index) => (block.state === state ? rectangle(index * BLOCK_WIDTH + INSET, top, tall) : ''))
    .join('');
}

/** A bar for each second in which events came; ten times as many are a third of the height more. */
export function eventsPath(blocks: readonly HistoryBlock[]): string {
  return blocks
    .map(({ events }, index) => {
      if (events === 0) return '';
      const share = Math.min(1, (1 + Math.log10(events)) / (1 + Math.log10(BAR_MAX_EVENTS)));
      const tall = Math.round(share * BAR_MAX * 10) / 10;
      return rectangle(index * BLOCK_WIDTH + INSET, BLOCK_TOP - 2 - tall, tall);
    })
    .join('');
}

function rectangle(left: number, top: number, tall: number): string {
  return `M${left} ${top}h${WIDE}v${tall}h-${WIDE}z`;
}
