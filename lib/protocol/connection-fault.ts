/**
 * Faults of one connection, demo only. They travel in that connection's own URL, so that any pod obeys and none has to
 * be found; and since EventSource repeats its URL at each reconnect, they carry the moments at which they strike, by
 * the server's clock: a fault that is over stays over, whichever pod the next connection lands on.
 */

/** Strikes at a moment: a connection that was open before it is cut at the first event from then on. */
export const MOMENT_FAULTS = ['drop-mid-event', 'drop-between-events'] as const;
/** Last for a while. */
export const LASTING_FAULTS = [
  /** Everything comes `value` ms later. */
  'delay',
  /** Nothing comes, and the connection stays. */
  'stall',
  /** A connection that is opened is answered 503. */
  'refuse',
  /** The connection takes `value` bytes a second. */
  'slow-client',
  /** Where the client says that it was is not heeded: it begins at now. */
  'lose-cursor',
  /** A connection that was silent for `value` ms is cut. */
  'idle-cut',
  /** A connection that is `value` ms old is cut. */
  'age-cut',
  /** Pings come every `value` ms; 0 for none. */
  'pings',
  /** A stream is ended by the server, between events, at the age of `value` ms at the latest; 0 for never. */
  'rotation',
] as const;

export type MomentFault = (typeof MOMENT_FAULTS)[number];
export type LastingFault = (typeof LASTING_FAULTS)[number];
export type ConnectionFaultKind = MomentFault | LastingFault;

/** The values that a kind may have; a kind that is not here has none, and carries 0. */
export const FAULT_VALUES: Partial<Record<ConnectionFaultKind, { readonly min: number; readonly max: number }>> = {
  delay: { min: 1, max: 60_000 },
  'slow-client': { min: 50, max: 10_000_000 },
  'idle-cut': { min: 100, max: 600_000 },
  'age-cut': { min: 100, max: 600_000 },
  pings: { min: 0, max: 600_000 },
  rotation: { min: 0, max: 600_000 },
};

/** Most strikes of one fault. */
export const FAULT_TIMES_MAX = 100;
/** Longest time from one strike to the next, and of one strike, ms: a day. */
const FAULT_SPAN_MAX_MS = 86_400_000;
/** Most faults of one connection. */
export const FAULTS_MAX = 8;

/** The i-th strike, counted from 0, begins at `fromMs + i × everyMs`. */
export interface ConnectionFault {
  readonly kind: ConnectionFaultKind;
  /** What the kind needs; 0 where it needs nothing. */
  readonly value: number;
  /** When it strikes first, by the server's clock, ms since 1970. */
  readonly fromMs: number;
  /** How many strikes, from 1. */
  readonly times: number;
  /** From the beginning of one strike to that of the next, ms. */
  readonly everyMs: number;
  /** How long each strike lasts, ms; 0 for those of a moment. */
  readonly forMs: number;
}

const WHOLE = /^\d{1,15}$/;

/** The text of `?fault=`: the fields in their order, with a comma between them. */
export function formatFault({ kind, value, fromMs, times, everyMs, forMs }: ConnectionFault): string {
  return [kind, value, fromMs, times, everyMs, forMs].join(',');
}

/** Null where it is not one. */
export function parseFault(text: string): ConnectionFault | null {
  const [name = '', ...fields] = text.split(',');
  const kind = [...MOMENT_FAULTS, ...LASTING_FAULTS].find((known) => known === name);
  if (kind === undefined || fields.length !== 5 || !fields.every((field) => WHOLE.test(field))) return null;
  const [value = 0, fromMs = 0, times = 0, everyMs = 0, forMs = 0] = fields.map(Number);
  const fault = { kind, value, fromMs, times, everyMs, forMs };
  return isFault(fault) ? fault : null;
}

function isFault({ kind, value, times, everyMs, forMs }: ConnectionFault): boolean {
  const { min, max } = FAULT_VALUES[kind] ?? { min: 0, max: 0 };
  const isMoment = isMomentFault(kind);
  return (
    value >= min &&
    value <= max &&
    times >= 1 &&
    times <= FAULT_TIMES_MAX &&
    everyMs <= FAULT_SPAN_MAX_MS &&
    forMs <= FAULT_SPAN_MAX_MS &&
    isMoment === (forMs === 0) &&
    (times === 1 || everyMs >= Math.max(forMs, 1))
  );
}

export function isMomentFault(kind: ConnectionFaultKind): kind is MomentFault {
  return MOMENT_FAULTS.some((moment) => moment === kind);
}

/** When the strike that lasts at this time is over, ms since 1970; null where none lasts. */
export function lastsUntilMs(fault: ConnectionFault, nowMs: number): number | null {
  const struckAtMs = latestStrikeMs(fault, nowMs);
  if (struckAtMs === null || nowMs >= struckAtMs + fault.forMs) return null;
  return struckAtMs + fault.forMs;
}

/** The latest moment not after `nowMs` at which it struck; null where there is none yet. */
export function latestStrikeMs({ fromMs, times, everyMs }: ConnectionFault, nowMs: number): number | null {
  if (nowMs < fromMs) return null;
  return fromMs + (everyMs === 0 ? 0 : Math.min(Math.floor((nowMs - fromMs) / everyMs), times - 1) * everyMs);
}
