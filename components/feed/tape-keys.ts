import type { TapeRow } from '#lib/client/tape.ts';

/**
 * The row that a key leads to; null where it leads nowhere.
 *
 * @param selectedIndex of the row that is selected; -1: none
 */
export function nextSelected(tape: readonly TapeRow[], selectedIndex: number, key: string): number | null {
  const isEvent = (row: TapeRow): boolean => row.kind === 'event';
  const newest = tape.findIndex(isEvent);
  const below = tape.findIndex((row, index) => index > selectedIndex && isEvent(row));
  const found = {
    ArrowDown: below,
    ArrowUp: selectedIndex === -1 ? newest : tape.slice(0, selectedIndex).findLastIndex(isEvent),
    Home: newest,
    End: tape.findLastIndex(isEvent),
    Enter: selectedIndex === -1 ? newest : selectedIndex,
  }[key];
  return found === undefined || found === -1 ? null : found;
}
