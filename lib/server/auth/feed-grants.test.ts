import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFeedGrants } from './feed-grants.ts';

const TOPIC = 'orders';
const mayWatch = (claim: unknown, id: string, topic = TOPIC): boolean | undefined =>
  readFeedGrants(claim, TOPIC)?.(topic, id);

describe('the claim that lists feeds', () => {
  it('names IDs exactly, whatever characters they are made of', () => {
    for (const id of ['1234', '*', 'a*', 'a/b', '..', '%2e', ' ', '\u0000', '{"prefix":""}', 'é', '😀']) {
      expect(mayWatch([id], id)).toBe(true);
      expect(mayWatch([id], `${id}x`)).toBe(false);
      expect(mayWatch([id], id, 'payments')).toBe(false);
    }
  });

  it('grants nothing where it is not there, or empty', () => {
    expect(mayWatch(undefined, 'a')).toBe(false);
    expect(mayWatch([], 'a')).toBe(false);
  });

  it('is refused as a whole where any of it is not understood', () => {
    for (const element of [
      '',
      1,
      null,
      [],
      ['a'],
      {},
      { topic: TOPIC },
      { id: '' },
      { id: 1 },
      { prefix: '' },
      { prefix: null },
      { all: false },
      { all: 'true' },
      { id: 'a', prefix: 'b' },
      { id: 'a', all: true },
      { id: 'a', prefix: undefined },
      { id: 'a', topic: '' },
      { id: 'a', topic: null },
      { id: 'a', topic: ['orders'] },
      { id: 'a', until: 5 },
      { ID: 'a' },
      '\ud83d',
      { prefix: '\ud83d' },
    ]) {
      expect([element, readFeedGrants(['a', element], TOPIC)]).toEqual([element, null]);
    }
    for (const claim of ['a', null, 5, { id: 'a' }, true]) expect(readFeedGrants(claim, TOPIC)).toBeNull();
  });

  it('is not misled by names that every object has', () => {
    expect(readFeedGrants([JSON.parse('{"__proto__":{"all":true}}')], TOPIC)).toBeNull();
    expect(mayWatch([{ id: 'a', topic: '__proto__' }], 'a', 'constructor')).toBe(false);
    expect(mayWatch(['a'], 'constructor')).toBe(false);
  });

  it('grants by any number of prefixes what a look at each of them would', () => {
    // Few characters, so that they often begin with one another.
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\uffff', '😀'), minLength: 1, maxLength: 5 });
    const grants = fc.array(text, { maxLength: 12 });
    fc.assert(
      fc.property(grants, grants, text, (ids, prefixes, id) => {
        const claim = [...ids, ...prefixes.map((prefix) => ({ prefix }))];
        const expected = ids.includes(id) || prefixes.some((prefix) => id.startsWith(prefix));
        return mayWatch(claim, id) === expected;
      }),
      { numRuns: 5_000 },
    );
  });

  it('grants all of one topic only where it says so', () => {
    expect(mayWatch([{ all: true }], 'anything')).toBe(true);
    expect(mayWatch([{ all: true }], 'anything', 'payments')).toBe(false);
    expect(mayWatch([{ all: true, topic: 'payments' }], 'anything', 'payments')).toBe(true);
  });
});
