import { describe, expect, it } from 'vitest';
import { EventChecker, Tally } from './event-checker.ts';
import { payloadMaker } from './payload.ts';

const BYTES = 80;
const payload = payloadMaker(BYTES);

/** Events as a server writes them, among what is none of ours. */
function event(seq: number, { id = `c-${seq}`, blank = ' ' } = {}): string {
  return `id: ${id}\ndata:${blank}${payload(seq, 1_764_105_519_000_000 + seq)}\n\n`;
}

const CONTROL = 'retry: 1000\n\nid: c\nevent: hello\ndata: {"protocol":1}\n\n:\n\nevent: ping\ndata: {"seq":1}\n\n';

function checkerOf(tally: Tally): EventChecker {
  return new EventChecker('stream', BYTES, tally);
}

function takeAll(checker: EventChecker, ...parts: string[]): void {
  for (const part of parts) checker.take(Buffer.from(part), 0, Buffer.byteLength(part), 1_764_105_519_000_500);
}

describe('the checker of a stream', () => {
  it('counts every event wherever the stream is cut in two, and skips what has a name and comments', () => {
    const text = `${CONTROL}${event(1)}${event(2)}${CONTROL}${event(3)}`;
    for (let cut = 0; cut <= text.length; cut += 1) {
      const tally = new Tally();
      const checker = checkerOf(tally);
      takeAll(checker, text.slice(0, cut), text.slice(cut));
      expect([cut, tally.events, tally.faultTexts, checker.lastSeq]).toEqual([cut, 3, [], 3]);
    }
  });

  it('counts every event of a stream that comes byte by byte', () => {
    const tally = new Tally();
    takeAll(checkerOf(tally), ...(event(1) + CONTROL + event(2)));
    expect([tally.events, tally.faults]).toEqual([2, 0]);
  });

  it('finds the next event where an id has become longer or shorter, and with or without the blank', () => {
    const tally = new Tally();
    const texts = [event(1, { id: '9' }), event(2, { id: '10' }), event(3, { id: '' }), event(4, { blank: '' })];
    takeAll(checkerOf(tally), texts.join(''));
    expect([tally.events, tally.faults]).toEqual([4, 0]);
  });

  it('begins at any event, and from there on takes none that is not the next', () => {
    for (const [last, what] of [
      [9, '1 lost'],
      [7, 'repeated'],
      [6, 'repeated or out of order'],
    ] as const) {
      const tally = new Tally();
      takeAll(checkerOf(tally), event(7), event(last));
      expect(tally.faultTexts).toEqual([expect.stringContaining(what)]);
    }
  });

  it('takes an unnamed event for a fault that nobody has produced, or that is cut short', () => {
    const tally = new Tally();
    takeAll(checkerOf(tally), event(1), 'data: hello\n\n', event(2).replace('xx', 'x'));
    expect([tally.events, tally.faults]).toEqual([1, 2]);
  });

  it('adds the time of those events to the latency that were produced since the measuring began', () => {
    const tally = new Tally();
    tally.measuredFromUs = 1_764_105_519_000_002;
    takeAll(checkerOf(tally), event(1), event(2), event(3));
    expect([tally.events, tally.latency.count, tally.latency.maxUs]).toEqual([3, 2, 498]);
  });
});
