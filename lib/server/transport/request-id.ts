import { randomUUID } from 'node:crypto';

const USABLE = /^[A-Za-z0-9._-]{1,64}$/;

/** The one that the request has come with, so that a proxy's log and ours tell of the same thing; else a new one. */
export function requestIdOf(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && USABLE.test(given) ? given : randomUUID();
}
