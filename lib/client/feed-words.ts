/** What a row of the list of feeds says. */
import type { ValuePreview } from '#lib/protocol/events.ts';
import { type KnownFeed, rateAt } from './feed-list.ts';
import { formatBytes, formatRate } from './format.ts';

/** Less than one record in about a quarter of an hour is none. */
const NO_RATE = 0.001;
/** What would be rounded to nothing is not nothing. */
const LEAST_SHOWN = 0.05;

export function rateWords(feed: KnownFeed, podNowMs: number): string {
  const perS = rateAt(feed, podNowMs);
  if (perS < NO_RATE) return '0/s';
  return perS < LEAST_SHOWN ? '<0.1/s' : `${formatRate(perS)}/s`;
}

/** The beginning of the last event; what is no text, in brackets. */
export function valueWords(value: ValuePreview): string {
  switch (value.kind) {
    case 'null':
      return '(null: a tombstone)';
    case 'binary':
      return `(binary, ${formatBytes(value.bytes)})`;
    case 'text':
      if (value.text === '') return '(empty value)';
      return value.isCut ? `${value.text}…` : value.text;
  }
}
