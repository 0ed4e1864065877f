import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { passedBody } from './passed-body.ts';

const PARTS = 20;

const timerCount = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('a body behind a passage', () => {
  const onUnhandled = vi.fn();

  beforeEach(() => {
    onUnhandled.mockClear();
    process.on('unhandledRejection', onUnhandled);
  });

  afterEach(() => {
    process.off('unhandledRejection', onUnhandled);
  });

  /** A body with that many parts on their way, and the hand that breaks its source. */
  async function onItsWay(delayMs: number) {
    let source: ReadableStreamDefaultController<Uint8Array> | undefined;
    const taken = vi.fn(() => delayMs);
    const body = passedBody(
      new ReadableStream<Uint8Array>({
        start(controller) {
          source = controller;
          for (let part = 0; part < PARTS; part += 1) controller.enqueue(Buffer.from('part'));
        },
      }),
      { delayMs: taken, inFlightMaxBytes: 1_000 },
    );
    await vi.waitFor(() => expect(taken).toHaveBeenCalledTimes(PARTS));
    return { body, fail: (error: Error) => source?.error(error) };
  }

  it('keeps no timer for a client that has gone', async () => {
    const { body } = await onItsWay(60_000);
    const before = timerCount();
    await body.cancel();
    await vi.waitFor(() => expect(timerCount()).toBeLessThanOrEqual(before - PARTS));
  });

  it('fails with its source; what was on its way then goes nowhere, and is nobody’s error', async () => {
    const delayMs = 50;
    const { body, fail } = await onItsWay(delayMs);
    fail(new Error('broken'));
    await expect(body.getReader().read()).rejects.toThrow('broken');
    // Timers of one length end in the order of their beginning, so those of the parts have ended by then.
    await delay(delayMs);
    expect(onUnhandled).not.toHaveBeenCalled();
  });
});
