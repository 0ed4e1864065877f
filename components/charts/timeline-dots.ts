import type { EventMark } from '#lib/client/lane-timeline.ts';
import { MIDDLE_PX, type Scale } from './timeline-scale.ts';

/** A dot of this class stands for so many events at least that came at once. */
const DOT_CLASSES = [
  { name: 'dot-4', events: 15 },
  { name: 'dot-3', events: 5 },
  { name: 'dot-2', events: 2 },
  { name: 'dot-1', events: 1 },
] as const;
export type DotName = (typeof DOT_CLASSES)[number]['name'];

/** What comes within this time came at once: one answer, one write. */
const AT_ONCE_MS = 4;
/** Dots nearer to each other than this hide each other on one line; then they stand on these, from the middle. */
const DOT_STEP_PX = 3;
const LEVELS = [0, -1, 1, -2, 2] as const;
const LEVEL_PX = 5.5;
/** From this size on a dot has no room above or below the middle. */
const BIG_DOT_EVENTS = 5;

interface Group extends EventMark {
  readonly count: number;
}

/** Several events at once are one bigger dot; events that follow closely stand above and below each other. */
export function dotPaths(events: readonly EventMark[], scale: Scale): Record<DotName, string> {
  const paths = { 'dot-1': '', 'dot-2': '', 'dot-3': '', 'dot-4': '' };
  const groups = groupsOf(events);
  for (const [index, group] of groups.entries()) {
    const size = DOT_CLASSES.find((each) => group.count >= each.events);
    if (size === undefined) continue;
    const isOffMiddle = group.count < BIG_DOT_EVENTS && isCrowded(groups, index, scale);
    paths[size.name] += dotAt(scale.x(group.atMs), isOffMiddle ? group.seq : null);
  }
  return paths;
}

/** A ring for each, at the level of the dot that is missing. */
export function ringPath(events: readonly EventMark[], scale: Scale): string {
  return events
    .map((event, index) => dotAt(scale.x(event.atMs), isCrowded(events, index, scale) ? event.seq : null))
    .join('');
}

function groupsOf(events: readonly EventMark[]): readonly Group[] {
  const groups: Group[] = [];
  for (const { atMs, seq } of events) {
    const last = groups.at(-1);
    if (last !== undefined && atMs - last.atMs <= AT_ONCE_MS)
      groups[groups.length - 1] = { ...last, count: last.count + 1 };
    else groups.push({ atMs, seq, count: 1 });
  }
  return groups;
}

/** In ms, not in rounded px: so it is the same in every drawing, and no dot jumps. */
function isCrowded(events: readonly EventMark[], index: number, { msPerPx }: Scale): boolean {
  const here = events[index]?.atMs ?? 0;
  const isNear = (other: EventMark | undefined): boolean =>
    other !== undefined && Math.abs(here - other.atMs) < DOT_STEP_PX * msPerPx;
  return isNear(events[index - 1]) || isNear(events[index + 1]);
}

/** No length and round ends: a dot as wide as its stroke. Its level is of its seq, so that it has it in every row. */
function dotAt(px: number, seq: number | null): string {
  const level = LEVELS[(seq ?? 0) % LEVELS.length] ?? 0;
  return `M${px} ${MIDDLE_PX + level * LEVEL_PX}h0`;
}
