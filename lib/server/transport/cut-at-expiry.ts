import type { Connection } from './connection.ts';

/** A timer beyond this would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Cuts a connection as its caller's right ends: for an answer that has no way to say so. */
export function cutAtExpiry(connection: Connection | undefined, expiresAtMs: number | undefined, nowMs: number): void {
  if (connection === undefined || expiresAtMs === undefined) return;
  const timer = setTimeout(() => connection.destroy(), Math.min(TIMER_MAX_MS, expiresAtMs - nowMs));
  connection.onClose(() => clearTimeout(timer));
}
