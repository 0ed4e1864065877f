import { expect, test } from 'vitest';
import type { RecordEvent } from './client-event.ts';
import { isShortened, TAPE_VALUE_MAX_CHARS, Tape } from './tape.ts';

const FACTS = { key: 'k', topic: 't', partition: 0, offset: 1, timestampMs: 2, receivedAtMs: 3, pod: 'p' };
const event = (data: string, more: Partial<RecordEvent> = {}): RecordEvent => ({
  kind: 'record',
  cursor: 'c',
  data,
  seq: 1,
  producedAtMs: null,
  arrivedAtMs: 0,
  ...more,
});

function kept(added: RecordEvent): RecordEvent {
  const tape = new Tape();
  tape.add({ kind: 'event', event: added, latencyMs: null, stages: null });
  const row = tape.rows()[0];
  if (row?.kind !== 'event') throw new Error('no event was kept');
  return row.event;
}

test('of a long value the beginning is kept, and it is known to be no more than that', () => {
  expect(isShortened(kept(event('x'.repeat(TAPE_VALUE_MAX_CHARS + 1))))).toBe(true);
  expect(isShortened(kept(event('x'.repeat(TAPE_VALUE_MAX_CHARS))))).toBe(false);
});

test('of a value that is no text the same is known by its base64, whatever its bytes are as text', () => {
  const binary = (bytes: number): RecordEvent => {
    const base64 = Buffer.alloc(bytes, 0xff).toString('base64');
    return event('\ufffd'.repeat(bytes), {
      record: { ...FACTS, headers: {}, value: { form: 'binary', base64, bytes } },
    });
  };
  expect(isShortened(kept(binary((TAPE_VALUE_MAX_CHARS / 4) * 3)))).toBe(false);
  expect(isShortened(kept(binary((TAPE_VALUE_MAX_CHARS / 4) * 3 + 1)))).toBe(true);
});

test('what stands around a value is bounded too: headers, and what a binary one is in full', () => {
  const headers = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`h${index}`, 'x'.repeat(5000)]));
  const value = { form: 'binary', base64: 'A'.repeat(1_000_000), bytes: 750_000 } as const;
  const { record } = kept(event('', { record: { ...FACTS, headers, value } }));
  expect(JSON.stringify(record).length).toBeLessThan(12_000);
  expect(record).toMatchObject({ ...FACTS, value: { form: 'binary', bytes: 750_000 } });
});
