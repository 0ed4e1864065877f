import type { HistoryBlock } from './connection-history.ts';
import type { ConnectionState } from './connection-state.ts';
import { formatCount } from './format.ts';

const WORDS: readonly (readonly [ConnectionState, string])[] = [
  ['live', 'live'],
  ['stale', 'without a signal'],
  ['reconnecting', 'reconnecting'],
  ['connecting', 'connecting'],
  ['closed', 'closed'],
];

/** The history in words: how many seconds in each state, and how many events. */
export function historyWords(blocks: readonly HistoryBlock[]): string {
  const parts = WORDS.map(([state, word]) => ({ word, seconds: secondsIn(blocks, state) }))
    .filter(({ seconds }) => seconds > 0)
    .map(({ word, seconds }) => `${word} for ${seconds} s`);
  if (parts.length === 0) return 'Nothing is known yet.';
  const events = blocks.reduce((sum, block) => sum + block.events, 0);
  const [first = '', ...others] = parts;
  const all = [first.charAt(0).toUpperCase() + first.slice(1), ...others].join(', ');
  return `${all}; ${formatCount(events)} ${events === 1 ? 'event' : 'events'}.`;
}

function secondsIn(blocks: readonly HistoryBlock[], state: ConnectionState): number {
  return blocks.filter((block) => block.state === state).length;
}
