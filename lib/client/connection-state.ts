/**
 * The state of one connection, as every badge shows it. Pure: the time is a parameter, and sources feed it.
 *
 *                    hello                 silence ≥ 2 × ping
 *     connecting ───────────────► live ─────────────────────────► stale
 *         │                       ▲  │ ◄────── heard, hello ───────┘ │
 *         │ error                 │  │                               │
 *         │                 hello │  │ error, or a cut over 1 s      │ the same
 *         ▼                       │  ▼                               ▼
 *     reconnecting ◄──────────────┴──────────────────────────────────┘
 *
 *     any ── end ──► closed (done)      any ── stop ──► closed (stopped)      any ── fatal ──► closed (failed)
 *     closed (stopped, failed) ── retry ──► connecting      closed (done) stays
 *     any ── rest ──► closed (hidden) ── retry ──► reconnecting, or connecting where it had never been live
 *
 * A cut on purpose (`rotate`, `draining`, the page going into the back/forward cache) keeps the state for
 * `CUT_GRACE_MS`: a planned rotation is not news, and a badge that flickers is not believed.
 */

export type ConnectionState = 'connecting' | 'live' | 'stale' | 'reconnecting' | 'closed';
/** `hidden`: nobody sees the tab, so it leaves its connection to others and comes back by itself. */
export type CloseReason = 'done' | 'stopped' | 'failed' | 'hidden';

/** How long a planned cut may last before it is shown as a reconnection, in ms. */
export const CUT_GRACE_MS = 1000;
/** Silence of this many ping intervals makes a live connection stale. */
const STALE_PINGS = 2;
/** Until `hello` tells the server's own numbers, in ms. */
export const DEFAULT_PING_MS = 5000;
/** Longer than the usual watchdog: a pod that waits for its broker opens the stream, but cannot say `hello` yet. */
export const DEFAULT_WATCHDOG_MS = 30_000;

export interface Connection {
  readonly state: ConnectionState;
  /** When this state was entered, ms since 1970 (as every `…AtMs` here). */
  readonly sinceMs: number;
  /** When anything was last received; it changes with each event, so it is no reason to tell anyone. */
  readonly lastHeardAtMs: number;
  readonly pingMs: number;
  readonly watchdogMs: number;
  /** When the connection was lost or cut; null while there is one, and where there never was. */
  readonly lostAtMs: number | null;
  readonly isCutPlanned: boolean;
  /** Failed attempts since the connection was lost; the next try has this number. */
  readonly attempt: number;
  /** When the next try is due; null while a try is under way. */
  readonly retryAtMs: number | null;
  /** Why it cannot connect, in words, where that is known. */
  readonly reason: string | null;
  readonly closeReason: CloseReason | null;
  /** Who has said hello last, where one pod holds the connection; null where that is not known. */
  readonly pod: string | null;
}

export type ConnectionEvent =
  | { readonly type: 'open'; readonly nowMs: number }
  | {
      readonly type: 'hello';
      readonly nowMs: number;
      readonly pingMs: number;
      readonly watchdogMs: number;
      readonly pod?: string;
    }
  | { readonly type: 'heard'; readonly nowMs: number }
  | { readonly type: 'tick'; readonly nowMs: number }
  | { readonly type: 'error'; readonly nowMs: number; readonly retryAtMs: number }
  /** Why the last try failed, and when the next one is now due: null where that is not for the source to say. */
  | { readonly type: 'explained'; readonly nowMs: number; readonly reason: string; readonly retryAtMs: number | null }
  | { readonly type: 'cut'; readonly nowMs: number }
  | { readonly type: 'end'; readonly nowMs: number }
  | { readonly type: 'stop'; readonly nowMs: number }
  | { readonly type: 'rest'; readonly nowMs: number }
  | { readonly type: 'fatal'; readonly nowMs: number; readonly reason: string }
  | { readonly type: 'retry'; readonly nowMs: number };

export function initialConnection(nowMs: number): Connection {
  return {
    state: 'connecting',
    sinceMs: nowMs,
    lastHeardAtMs: nowMs,
    pingMs: DEFAULT_PING_MS,
    watchdogMs: DEFAULT_WATCHDOG_MS,
    lostAtMs: null,
    isCutPlanned: false,
    attempt: 0,
    retryAtMs: null,
    reason: null,
    closeReason: null,
    pod: null,
  };
}

export function nextConnection(now: Connection, event: ConnectionEvent): Connection {
  if (now.state === 'closed') return nextClosed(now, event);
  switch (event.type) {
    case 'open':
      return { ...now, lastHeardAtMs: event.nowMs, retryAtMs: null };
    case 'hello':
      return greeted(now, event);
    case 'heard':
      return heard(now, event.nowMs);
    case 'tick':
      return ticked(now, event.nowMs);
    case 'error':
      return lost(now, event.nowMs, event.retryAtMs);
    case 'explained':
      return { ...now, reason: event.reason, retryAtMs: event.retryAtMs };
    case 'cut':
      return { ...now, lostAtMs: now.lostAtMs ?? event.nowMs, isCutPlanned: true };
    case 'end':
      return closed(now, event.nowMs, 'done', null);
    case 'stop':
      return closed(now, event.nowMs, 'stopped', null);
    case 'rest':
      return { ...closed(now, event.nowMs, 'hidden', null), lostAtMs: lostAtRest(now, event.nowMs) };
    case 'fatal':
      return closed(now, event.nowMs, 'failed', event.reason);
    case 'retry':
      return { ...now, retryAtMs: null };
  }
}

/** Whether the source should give the connection up: nothing was heard for the watchdog's time since it was tried. */
export function isWatchdogDue(connection: Connection, triedAtMs: number, nowMs: number): boolean {
  return nowMs - Math.max(connection.lastHeardAtMs, triedAtMs) >= connection.watchdogMs;
}

/** Whether two connections look different to anyone: `lastHeardAtMs` alone is not news. */
export function isNews(before: Connection, after: Connection): boolean {
  if (before === after) return false;
  const keys = Object.keys(after) as (keyof Connection)[];
  return keys.some((key) => key !== 'lastHeardAtMs' && before[key] !== after[key]);
}

function enter(now: Connection, state: ConnectionState, nowMs: number): Connection {
  return now.state === state ? now : { ...now, state, sinceMs: nowMs };
}

function greeted(now: Connection, hello: Extract<ConnectionEvent, { type: 'hello' }>): Connection {
  const { nowMs, pingMs, watchdogMs, pod = null } = hello;
  const settled = { lostAtMs: null, isCutPlanned: false, attempt: 0, retryAtMs: null, reason: null };
  return { ...enter(now, 'live', nowMs), ...settled, lastHeardAtMs: nowMs, pingMs, watchdogMs, pod };
}

function heard(now: Connection, nowMs: number): Connection {
  const awake = now.state === 'stale' ? enter(now, 'live', nowMs) : now;
  return { ...awake, lastHeardAtMs: nowMs };
}

function ticked(now: Connection, nowMs: number): Connection {
  const cutForMs = now.isCutPlanned && now.lostAtMs !== null ? nowMs - now.lostAtMs : 0;
  if (cutForMs > CUT_GRACE_MS) return { ...enter(now, 'reconnecting', nowMs), isCutPlanned: false };
  const isSilent = nowMs - now.lastHeardAtMs >= STALE_PINGS * now.pingMs;
  return now.state === 'live' && isSilent ? enter(now, 'stale', nowMs) : now;
}

function lost(now: Connection, nowMs: number, retryAtMs: number): Connection {
  const lostAtMs = now.lostAtMs ?? nowMs;
  const isInGrace = now.isCutPlanned && nowMs - lostAtMs <= CUT_GRACE_MS;
  const next = isInGrace ? now : { ...enter(now, 'reconnecting', nowMs), isCutPlanned: false };
  return { ...next, lostAtMs, attempt: now.attempt + 1, retryAtMs };
}

function closed(now: Connection, nowMs: number, closeReason: CloseReason, reason: string | null): Connection {
  return { ...enter(now, 'closed', nowMs), closeReason, reason, retryAtMs: null, lostAtMs: null, isCutPlanned: false };
}

function nextClosed(now: Connection, event: ConnectionEvent): Connection {
  if (event.type === 'stop' && now.closeReason === 'hidden') return { ...now, closeReason: 'stopped', lostAtMs: null };
  if (event.type !== 'retry' || now.closeReason === 'done') return now;
  const next = initialConnection(event.nowMs);
  return now.lostAtMs === null ? next : { ...next, state: 'reconnecting', lostAtMs: now.lostAtMs };
}

/** What had been live is resumed afterwards; the outage, if it was in one, began before. */
function lostAtRest({ state, lostAtMs }: Connection, nowMs: number): number | null {
  return state === 'connecting' ? null : (lostAtMs ?? nowMs);
}
