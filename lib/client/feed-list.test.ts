import { describe, expect, it } from 'vitest';
import { FEED_LIST_MAX } from '#lib/protocol/constants.ts';
import type { FeedList, FeedListItem } from '#lib/protocol/events.ts';
import { type FeedListState, hearList, NOTHING_HEARD, nextListUrl, rateAt } from './feed-list.ts';
import { arrangeFeeds } from './feed-order.ts';
import { rateWords, valueWords } from './feed-words.ts';

function item(id: string, lastRecordAtMs = 0, recordsPerSecond = 1): FeedListItem {
  return { id, records: 1, recordsPerSecond, lastRecordAtMs, lastValue: { kind: 'null' } };
}

function answer(feeds: readonly FeedListItem[], more: Partial<FeedList> = {}): FeedList {
  return { topic: 'orders', atMs: 100_000, total: feeds.length, feeds, ...more };
}

function heard(...answers: (FeedList | null)[]): FeedListState {
  return answers.reduce((state, list) => hearList(state, list, 0), NOTHING_HEARD);
}

function idsOf({ heard: known }: FeedListState): string[] {
  return [...(known?.feeds.keys() ?? [])];
}

describe('what a page knows of the feeds', () => {
  it('asks for a first part, then for all, then for what has changed, with some time twice', () => {
    expect(nextListUrl(NOTHING_HEARD)).toBe('/api/feeds?limit=1000');
    const part = heard(answer([item('a')], { total: 2 }));
    expect(nextListUrl(part)).toBe('/api/feeds?limit=10000');
    const whole = hearList(part, answer([item('b'), item('a')]), 0);
    expect(nextListUrl(whole)).toBe('/api/feeds?limit=10000&since=97000');
  });

  it('asks for no second time where the first part was all', () => {
    expect(nextListUrl(heard(answer([item('a')])))).toContain('since=');
  });

  it('keeps what it had while the server is away, and asks for all when it is back', () => {
    const away = heard(answer([item('a')]), null);
    expect(idsOf(away)).toEqual(['a']);
    expect(away.isFailing).toBe(true);
    expect(nextListUrl(away)).toBe('/api/feeds?limit=10000');
    expect(hearList(away, answer([item('b')]), 0).isFailing).toBe(false);
  });

  it('takes from another pod only what is not older than what it knows', () => {
    const state = heard(answer([item('a', 50, 5)]), answer([item('a', 40, 1), item('b', 40)]));
    expect(state.heard?.feeds.get('a')).toMatchObject({ lastRecordAtMs: 50, recordsPerSecond: 5 });
    expect(idsOf(state)).toEqual(['a', 'b']);
  });

  it('forgets those that were silent longest where there are too many', () => {
    const many = Array.from({ length: FEED_LIST_MAX }, (_, index) => item(`id-${index}`, index));
    const state = heard(answer(many), answer([item('new', FEED_LIST_MAX)]));
    expect(state.heard?.feeds.size).toBe(FEED_LIST_MAX);
    expect(state.heard?.feeds.has('new')).toBe(true);
    expect(state.heard?.feeds.has('id-0')).toBe(false);
  });

  it('begins anew with another topic', () => {
    expect(idsOf(heard(answer([item('a')]), answer([item('b')], { topic: 'payments' })))).toEqual(['b']);
  });

  it('stays the same set of feeds where nothing has changed, so that nothing is arranged again', () => {
    const before = heard(answer([item('a')]));
    expect(hearList(before, answer([]), 0).heard?.feeds).toBe(before.heard?.feeds);
  });
});

describe('order of the feeds', () => {
  const feeds = heard(
    answer([item('order-10', 3, 1), item('order-9', 1, 4), item('my-order-1', 4, 2), item('order-1', 2, 0)]),
  ).heard?.feeds;

  function arranged(query: string, sort: 'newest' | 'id' | 'rate'): readonly string[] {
    return arrangeFeeds(feeds ?? new Map(), { query, sort });
  }

  it('is by the last record, by ID with its numbers as numbers, or by rate', () => {
    expect(arranged('', 'newest')).toEqual(['my-order-1', 'order-10', 'order-1', 'order-9']);
    expect(arranged('', 'id')).toEqual(['my-order-1', 'order-1', 'order-9', 'order-10']);
    expect(arranged('', 'rate')).toEqual(['order-9', 'my-order-1', 'order-10', 'order-1']);
  });

  it('has what was typed in full first, then what begins with it, then what has it elsewhere', () => {
    expect(arranged('order-1', 'newest')).toEqual(['order-1', 'order-10', 'my-order-1']);
    expect(arranged('ORDER-1', 'newest')).toEqual(['order-10', 'order-1', 'my-order-1']);
    expect(arranged('nothing', 'newest')).toEqual([]);
  });

  it('by rate is that of the same time, whenever each feed was told of', () => {
    const early = answer([item('early', 0, 2)], { atMs: 0 });
    const late = answer([item('late', 0, 1)], { atMs: 10_000 });
    const known = heard(early, late).heard?.feeds ?? new Map();
    expect(arrangeFeeds(known, { query: '', sort: 'rate' })).toEqual(['late', 'early']);
  });
});

describe('words of a row', () => {
  const feed = { ...item('a', 0, 2.14), atMs: 1_000 };

  it('a rate has its unit, decays, and is never rounded to nothing before it is', () => {
    expect(rateAt(feed, 11_000)).toBeCloseTo(2.14 / Math.E);
    expect(rateWords(feed, 1_000)).toBe('2.1/s');
    expect(rateWords(feed, 0)).toBe('2.1/s');
    expect(rateWords(feed, 51_000)).toBe('<0.1/s');
    expect(rateWords(feed, 101_000)).toBe('0/s');
  });

  it('a value that is no text is told as what it is', () => {
    expect(valueWords({ kind: 'text', text: '{"a":1}', isCut: false })).toBe('{"a":1}');
    expect(valueWords({ kind: 'text', text: '{"a":1', isCut: true })).toBe('{"a":1…');
    expect(valueWords({ kind: 'text', text: '', isCut: false })).toBe('(empty value)');
    expect(valueWords({ kind: 'binary', bytes: 1_234 })).toBe('(binary, 1.2 kB)');
    expect(valueWords({ kind: 'null' })).toBe('(null: a tombstone)');
  });
});
