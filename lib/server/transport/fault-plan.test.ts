import { describe, expect, it } from 'vitest';
import type { ConnectionFault } from '../../protocol/connection-fault.ts';
import { FaultPlan } from './fault-plan.ts';
import { recordEventIn } from './faulty-response.ts';

const OPENED_AT_MS = 10_000;

function fault(given: Partial<ConnectionFault> & Pick<ConnectionFault, 'kind'>): ConnectionFault {
  return { value: 0, fromMs: OPENED_AT_MS, times: 1, everyMs: 0, forMs: 0, ...given };
}

function plan(...faults: ConnectionFault[]): FaultPlan {
  return new FaultPlan(faults, OPENED_AT_MS);
}

describe('fault plan', () => {
  it('drops a connection that was open before the strike, and not one that was opened since', () => {
    const later = plan(fault({ kind: 'drop-mid-event', fromMs: 10_500 }));
    expect([10_499, 10_500, 60_000].map((nowMs) => later.dropDue(nowMs))).toEqual([
      undefined,
      'mid-event',
      'mid-event',
    ]);
    expect(plan(fault({ kind: 'drop-between-events', fromMs: OPENED_AT_MS })).dropDue(60_000)).toBeUndefined();
  });

  it('drops each of the connections that a fault of several strikes meets', () => {
    const twice = fault({ kind: 'drop-between-events', fromMs: 10_500, times: 2, everyMs: 5000 });
    expect(new FaultPlan([twice], 10_000).dropDue(10_500)).toBe('between-events');
    expect(new FaultPlan([twice], 12_000).dropDue(15_499)).toBeUndefined();
    expect(new FaultPlan([twice], 12_000).dropDue(15_500)).toBe('between-events');
    expect(new FaultPlan([twice], 15_600).dropDue(99_000)).toBeUndefined();
  });

  it('refuses, and loses the cursor of, what is opened within the strike', () => {
    for (const [fromMs, isHit] of [
      [9_000, false],
      [9_500, true],
      [10_001, false],
    ] as const) {
      expect(plan(fault({ kind: 'refuse', fromMs, forMs: 1000 })).isRefused).toBe(isHit);
      expect(plan(fault({ kind: 'lose-cursor', fromMs, forMs: 1000 })).losesCursor).toBe(isHit);
    }
  });

  it('holds what is written during a stall until the stall is over', () => {
    const stalled = plan(fault({ kind: 'stall', forMs: 1000 }));
    expect([10_000, 10_700, 11_000].map((nowMs) => stalled.delayMs(1, nowMs))).toEqual([1000, 300, 0]);
  });

  it('gives a slow client one thing after the other', () => {
    const slow = plan(fault({ kind: 'slow-client', value: 100, forMs: 60_000 }));
    expect([slow.delayMs(50, 10_000), slow.delayMs(50, 10_000), slow.delayMs(50, 12_000)]).toEqual([500, 1000, 500]);
  });

  it('puts pings and rotation in the place of the settings; 0 is never', () => {
    const forMs = 1000;
    expect(
      plan(fault({ kind: 'pings', value: 700, forMs }), fault({ kind: 'rotation', value: 900, forMs })).terms,
    ).toEqual({ pingMs: 700, maxAgeMs: 900 });
    const never = plan(fault({ kind: 'pings', forMs }), fault({ kind: 'rotation', forMs })).terms;
    expect(Object.values(never).every((ms) => ms >= 86_400_000)).toBe(true);
    expect(plan().terms).toEqual({});
  });
});

describe('the event that a drop strikes', () => {
  const place = (text: string): string | undefined => {
    const part = Buffer.from(text);
    const found = recordEventIn(part);
    return found && part.subarray(found.from, found.to).toString();
  };

  it('is the last one of a part that carries a record, whatever bytes are in it', () => {
    expect(place('id: 1\ndata: ü💶\n\n')).toBe('id: 1\ndata: ü💶\n\n');
    expect(place('data:a\n\ndata:b\n\nevent: ping\ndata: {}\n\n')).toBe('data:b\n\n');
    expect(place('{"events":[]}')).toBe('{"events":[]}');
  });

  it('is none of the control events', () => {
    for (const text of [
      'retry: 1000\n\n',
      ':\n\n',
      'id: 1\nevent: hello\ndata: {}\n\n',
      'id: 1\nevent: ping\ndata: {}\n\n',
    ]) {
      expect(place(text)).toBeUndefined();
    }
  });
});
