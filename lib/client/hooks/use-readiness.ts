import { useEffect, useState } from 'react';
import type { Readiness } from '#lib/protocol/events.ts';
import { READY_URL } from '#lib/protocol/paths.ts';
import { type PollResult, pollJson } from '../poll-json.ts';
import { parseReadiness } from '../wire.ts';

const READY_POLL_MS = 3000;

/** What is known of the server; `readiness` is the last one heard, also while it cannot be reached. */
export interface ServerHealth {
  /** A sentence for the user while something is wrong, else null. */
  readonly problem: string | null;
  readonly readiness: Readiness | null;
}

/** Asks the pod how it is, every few seconds; what is wrong clears by itself. */
export function useReadiness(): ServerHealth {
  const [health, setHealth] = useState<ServerHealth>({ problem: null, readiness: null });
  useEffect(() => {
    const life = new AbortController();
    pollJson({
      url: READY_URL,
      intervalMs: READY_POLL_MS,
      signal: life.signal,
      onResult: (result) => setHealth((before) => nextHealth(before, result)),
    });
    return () => life.abort();
  }, []);
  return health;
}

function nextHealth(before: ServerHealth, result: PollResult): ServerHealth {
  if (result.kind === 'unreachable') {
    return { ...before, problem: 'Server cannot be reached: trying again every few seconds.' };
  }
  const readiness = parseReadiness(result.body);
  if (readiness === null) return { ...before, problem: `Server not ready: it answered with status ${result.status}.` };
  return { readiness, problem: problemOf(readiness) };
}

function problemOf({ ready, status, reason }: Readiness): string | null {
  if (!ready) return `Server not ready: ${reason === '' ? status : reason}`;
  return status === 'degraded' ? `Server degraded: ${reason}` : null;
}
