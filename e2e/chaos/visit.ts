import { HeaderName } from '#lib/protocol/constants.ts';
import type { Exchange } from './exchange.ts';
import type { Inbox } from './inbox.ts';

/** One connection of a client, from its request to its end. */
export interface Visit {
  readonly exchange: Exchange;
  readonly ended: Promise<VisitEnd>;
  /** Which pod answers, once it has said so. */
  readonly pod: string | undefined;
  /** Takes nothing until `resume`, where there is something to be slow with. */
  pause?(): void;
  resume?(): void;
}

export interface VisitEnd {
  /** Whether it was answered as it should be: then the next one need not be put off. */
  readonly isGood: boolean;
  /** When to come back, where the server has said so. */
  readonly retryMs?: number;
}

/** What every visit of a client needs to know. */
export interface VisitContext {
  readonly inbox: Inbox;
  /** Where the requests go to, without a slash at its end. */
  readonly baseUrl: string;
  readonly expected: ExpectedServer;
}

/** What a `hello` must say. */
export interface ExpectedServer {
  readonly topic: string;
  readonly isPod: (name: string) => boolean;
  readonly pingMs: number;
  readonly watchdogMs: number;
}

/** `Retry-After` of an answer that refuses, in ms. */
export function retryAfterMs(headers: Readonly<Record<string, string | string[] | undefined>>): { retryMs?: number } {
  const seconds = Number(headers[HeaderName.retryAfter]);
  return seconds > 0 ? { retryMs: seconds * 1000 } : {};
}

/** What an answer may be instead of events. Anything else is a fault: an EventSource would give up for good. */
const REFUSALS: readonly number[] = [502, 503];

/** Complains of an answer that should not be. @param status of an answer that carries no events */
export function checkRefusal({ inbox }: VisitContext, status: number): void {
  if (status !== 0 && !REFUSALS.includes(status)) inbox.complain(`an answer of status ${status}`);
}
