import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { LaneAccount } from './lane-ledger.ts';
import { WorkMeter } from './work-meter.ts';

const storage = new AsyncLocalStorage<LaneAccount>();
/** Moves only when work is done, so that what is measured is exact. */
let nowMs = 0;
const meter = new WorkMeter(
  () => storage.getStore(),
  () => nowMs,
);
const work = (ms: number): void => {
  nowMs += ms;
};

/** Node's own hooks tell of each callback; this ends them. */
afterEach(() => {
  work(60_000);
  meter.rest();
});

describe('the work meter', () => {
  it('charges the work of each asynchronous context to its lane, and to no other', async () => {
    const [one, two] = [new LaneAccount(), new LaneAccount()];
    const serve = async (ms: number): Promise<void> => {
      await delay(1);
      work(ms);
      await Promise.resolve();
      work(ms);
    };
    meter.use();
    await Promise.all([storage.run(one, () => serve(10)), storage.run(two, () => serve(100)), serve(1_000)]);
    expect(one.busyMs).toBe(20);
    expect(two.busyMs).toBe(200);
  });

  it('charges work that is done within the context of something else to the lane it is done for, once', async () => {
    const [outer, inner] = [new LaneAccount(), new LaneAccount()];
    meter.use();
    await storage.run(outer, async () => {
      await delay(1);
      work(5);
      meter.run(inner, () => work(7));
      work(5);
    });
    expect(inner.busyMs).toBe(7);
    expect(outer.busyMs).toBe(10);
  });

  it('measures nothing before it is used and after it rests', async () => {
    const account = new LaneAccount();
    const serve = (): Promise<void> =>
      storage.run(account, async () => {
        await delay(1);
        work(3);
      });
    await serve();
    expect(account.busyMs).toBe(0);
    meter.use();
    await serve();
    expect(account.busyMs).toBe(3);
    work(60_000);
    meter.rest();
    await serve();
    expect(account.busyMs).toBe(3);
  });
});
