import { describe, expect, it } from 'vitest';
import { withAddedRoundTrip } from './added-round-trip.ts';

const never = new AbortController().signal;
const RTT_MS = 60;

function answerOf(source: UnderlyingDefaultSource<Uint8Array>, rttMs = RTT_MS): Promise<Response> {
  return withAddedRoundTrip(rttMs, never, async () => new Response(new ReadableStream(source), { status: 201 }));
}

describe('added round trip', () => {
  it('keeps status, parts and order, and half of it lies before each part leaves', async () => {
    const startedAtMs = performance.now();
    let askedAtMs = 0;
    const response = await withAddedRoundTrip(RTT_MS, never, async () => {
      askedAtMs = performance.now();
      return new Response('all of it', { status: 201, headers: { some: 'header' } });
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('some')).toBe('header');
    expect(await response.text()).toBe('all of it');
    // Only lower bounds: a busy machine may take longer. A timer may fire a ms early by another clock.
    expect(askedAtMs - startedAtMs).toBeGreaterThanOrEqual(RTT_MS / 2 - 2);
    expect(performance.now() - askedAtMs).toBeGreaterThanOrEqual(RTT_MS / 2 - 2);
  });

  it('delays the parts side by side: a second part is taken while the first is on its way', async () => {
    let pulls = 0;
    const response = await answerOf({
      pull(controller) {
        pulls += 1;
        controller.enqueue(Buffer.from([pulls]));
        if (pulls === 100) controller.close();
      },
    });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    // One after the other, the second would be taken only now.
    expect(pulls).toBe(100);
    const parts = [first?.value?.[0]];
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) parts.push(part.value[0]);
    expect(parts).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  it('takes no more from its source than may be on its way while the client takes nothing', async () => {
    let taken = 0;
    const response = await answerOf({
      pull(controller) {
        taken += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const reader = response.body?.getReader();
    for (let parts = 0; parts < 20; parts += 1) await reader?.read();
    expect(taken).toBeLessThan(20 * 65_536 + 8 * 65_536);
    await reader?.cancel();
  });

  it('tells its source when the client goes, and sends nothing more', async () => {
    let isCancelled = false;
    const response = await answerOf({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => {
        isCancelled = true;
      },
    });
    await response.body?.cancel();
    expect(isCancelled).toBe(true);
  });

  it('passes an error of its source on', async () => {
    const response = await answerOf({ start: (controller) => controller.error(new Error('broken')) });
    await expect(response.text()).rejects.toThrow('broken');
  });

  it('adds nothing at 0', async () => {
    const answer = new Response('x');
    expect(await withAddedRoundTrip(0, never, async () => answer)).toBe(answer);
  });
});
