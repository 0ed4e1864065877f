import { describe, expect, it } from 'vitest';
import { CHUNK_EVENTS } from './chunk-limits.ts';
import { Chunks } from './chunks.ts';
import { RecordFrame } from './frame.ts';
import { FrameRing } from './frame-ring.ts';
import { SSE_ENCODINGS } from './sse-encoding.ts';

const { raw, envelope } = SSE_ENCODINGS;

function filled(count: number): { ring: FrameRing; chunks: Chunks; push: (value?: string) => void } {
  const ring = new FrameRing({ frames: 10_000, bytes: 100_000_000 });
  const source = { topic: 'orders', partition: 0, pod: 'pod-1', receivedAtMs: 0 };
  const push = (value = 'v'): void => {
    const record = { offset: ring.head, key: null, value: Buffer.from(value), headers: undefined, timestampMs: 0 };
    ring.push(new RecordFrame(record, source, { feedId: Buffer.from('1234'), id: String(ring.head), isEnd: false }));
  };
  for (let index = 0; index < count; index += 1) push();
  return { ring, chunks: new Chunks(ring), push };
}

describe('the writes of a feed', () => {
  it('are made once for all readers at the same place', () => {
    const { chunks } = filled(10);
    expect(chunks.get(raw, 3)).toBe(chunks.get(raw, 3));
    expect(chunks.get(raw, 3)).not.toBe(chunks.get(envelope, 3));
    expect(chunks.get(raw, 3)).toMatchObject({ events: 7, next: 10 });
  });

  it('go on to what has come since', () => {
    const { chunks, push } = filled(2);
    expect(chunks.get(raw, 0).next).toBe(2);
    push();
    expect(chunks.get(raw, 0).next).toBe(3);
  });

  it('bring readers that are behind at different places to the same ones', () => {
    const { chunks } = filled(3 * CHUNK_EVENTS);
    const first = chunks.get(raw, 7);
    const second = chunks.get(raw, 400);
    expect(first.next).toBe(CHUNK_EVENTS);
    expect(second.next).toBe(CHUNK_EVENTS);
    expect(chunks.get(raw, first.next)).toBe(chunks.get(raw, second.next));
  });

  it('are kept while readers come to them in turn, also as more events come', () => {
    const { chunks, push } = filled(3 * CHUNK_EVENTS);
    const places = [0, CHUNK_EVENTS];
    const before = places.map((place) => chunks.get(raw, place));
    push();
    expect(places.map((place) => chunks.get(raw, place))).toEqual(before);
    for (const [index, place] of places.entries()) expect(chunks.get(raw, place)).toBe(before[index]);
    chunks.forgetWhole();
    expect(chunks.get(raw, 0)).not.toBe(before[0]);
  });

  it('end by their size too, at a place that depends on where they begin alone', () => {
    const { chunks, push } = filled(0);
    for (let index = 0; index < 20; index += 1) push('x'.repeat(10_000));
    const { next } = chunks.get(raw, 0);
    expect(next).toBe(7);
    for (let index = 0; index < 20; index += 1) push('x'.repeat(10_000));
    expect(chunks.get(raw, 0).next).toBe(next);
  });
});
