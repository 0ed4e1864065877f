import { describe, expect, it } from 'vitest';
import { LaneLedger } from './lane-ledger.ts';

class FakeConnection {
  bytes = 0;
  close: () => void = () => undefined;

  onClose(listener: () => void): void {
    this.close = listener;
  }
}

describe('the lane ledger', () => {
  it('counts the bytes of all connections of a lane, open and closed, each once', () => {
    const ledger = new LaneLedger();
    const [first, second, other] = [new FakeConnection(), new FakeConnection(), new FakeConnection()];
    ledger.account('a').add(first);
    ledger.account('a').add(second);
    ledger.account('b').add(other);
    first.bytes = 100;
    second.bytes = 10;
    other.bytes = 1;
    expect(ledger.account('a').bytes).toBe(110);
    first.close();
    second.bytes = 20;
    expect(ledger.account('a').bytes).toBe(120);
    expect(ledger.account('b').bytes).toBe(1);
  });

  it('remembers a bounded number of lanes, and forgets the one used least recently', () => {
    const ledger = new LaneLedger();
    const kept = ledger.account('kept');
    const forgotten = ledger.account('forgotten');
    for (let index = 0; index < 999; index += 1) {
      ledger.account('kept');
      ledger.account(`lane ${index}`);
    }
    expect(ledger.account('kept')).toBe(kept);
    expect(ledger.account('forgotten')).not.toBe(forgotten);
  });
});
