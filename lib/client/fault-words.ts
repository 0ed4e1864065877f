import type { ConnectionFaultKind } from '#lib/protocol/connection-fault.ts';

/** How a fault reads in a sentence, and what its value is. */
export interface FaultWords {
  readonly kind: ConnectionFaultKind;
  /** Begins the sentence: "Drop the connection mid-event". */
  readonly words: string;
  /** Of the value; undefined where the kind has none. The sentence goes on with `joint`, the value, its unit and the note. */
  readonly value?: {
    readonly joint: string;
    readonly unit: 'ms' | 'bytes/s';
    readonly note?: string;
    readonly standard: number;
  };
  /** How long each strike lasts where nobody says, ms; 0 for those of a moment. */
  readonly forMs: number;
}

/** Every fault of a connection. */
export const FAULT_WORDS: readonly FaultWords[] = [
  { kind: 'drop-mid-event', words: 'Drop the connection mid-event', forMs: 0 },
  { kind: 'drop-between-events', words: 'Drop the connection between events', forMs: 0 },
  { kind: 'delay', words: 'Delay everything', value: { joint: 'by', unit: 'ms', standard: 500 }, forMs: 10_000 },
  { kind: 'stall', words: 'Stall the connection', forMs: 8000 },
  { kind: 'refuse', words: 'Refuse new connections with 503', forMs: 5000 },
  { kind: 'idle-cut', words: 'Cut what is idle', value: { joint: 'for', unit: 'ms', standard: 4000 }, forMs: 60_000 },
  {
    kind: 'age-cut',
    words: 'Cut what is old',
    value: { joint: 'at an age of', unit: 'ms', standard: 8000 },
    forMs: 60_000,
  },
  {
    kind: 'slow-client',
    words: 'Take it slowly',
    value: { joint: 'at', unit: 'bytes/s', standard: 500 },
    forMs: 15_000,
  },
  { kind: 'lose-cursor', words: 'Lose the cursor of new connections', forMs: 10_000 },
  {
    kind: 'pings',
    words: 'Ping at another interval',
    value: { joint: 'of', unit: 'ms', note: '(0: never)', standard: 0 },
    forMs: 60_000,
  },
  {
    kind: 'rotation',
    words: 'Rotate at another age',
    value: { joint: 'of', unit: 'ms', note: '(0: never)', standard: 0 },
    forMs: 60_000,
  },
];
