/** What the route files in `app/` share: each of them names its place in the URL and nothing more. */
import 'server-only';
import { type ErrorCode, FeedlineError } from '../protocol/errors.ts';
import { SSE_CONTENT_TYPE } from '../protocol/sse.ts';
import { ANYBODY, type Caller } from './auth/caller.ts';
import { getRuntime } from './runtime.ts';
import { withAddedRoundTrip } from './transport/added-round-trip.ts';
import type { Connection } from './transport/connection.ts';
import type { FaultPlan } from './transport/fault-plan.ts';
import { withFaults } from './transport/faulty-response.ts';
import { type RespondOptions, respond, respondPreflight } from './transport/respond.ts';
import {
  type IdPlace,
  readAddedRttMs,
  readFaultPlan,
  readPollRequest,
  readStreamRequest,
} from './transport/stream-request.ts';

type Door = (request: Request) => Promise<Response>;
type Work = (asking: Asking) => Response | Promise<Response>;
type FeedWork = () => Response | Promise<Response>;

/** Who asks, and under which conditions of the demo. */
interface Asking {
  readonly caller: Caller;
  readonly faults: FaultPlan;
}

interface Holding {
  /** Whether it takes one of the places for streams and polls. Default: not. */
  readonly isHeld?: boolean;
}

/** How a request for a feed has come. */
interface FeedAsking extends Asking {
  readonly target: string;
  readonly connection: Connection | undefined;
}

interface Doors {
  readonly GET: Door;
  readonly HEAD: Door;
  readonly OPTIONS: Door;
}

/**
 * Runs a door's work for a caller who is known, see `Authenticator`; what the caller may watch is for the work to look
 * at. Where the demo's page asks for a longer way, or one with faults, it gets it.
 */
export function answer(request: Request, work: Work, holding: Holding = {}): Promise<Response> {
  const { limits, authenticator } = getRuntime();
  return serve(request, work, async (connection) => {
    const { isHeld = false } = holding;
    // Before it is known who calls: to find that out may take a while.
    if (isHeld) limits.enter(connection);
    const caller = await authenticator.callerOf(request);
    if (isHeld && connection !== undefined && caller.key !== undefined) limits.enterWithToken(connection, caller.key);
    return caller;
  });
}

/** The same in the demo; elsewhere there is nothing, whoever asks. */
export function answerInDemo(request: Request, work: Work): Promise<Response> {
  if (getRuntime().config.isDemo) return answer(request, work);
  const notHere = new FeedlineError('not-found', 'This is here only in the demo (DEMO=1).');
  return serve(request, work, () => Promise.reject(notHere));
}

/** For whoever asks: what a load balancer and a page before it has a token must know. */
export function answerAnybody(request: Request, work: () => Response): Promise<Response> {
  return serve(request, work, async () => ANYBODY);
}

/** For who may read the metrics. */
export function answerMetrics(request: Request, work: () => Promise<Response>): Promise<Response> {
  return respond(respondOptions(), async () => {
    await getRuntime().authenticator.checkMetrics(request);
    return work();
  });
}

/** A preflight of a page of another origin; it carries no token. */
export async function preflight(): Promise<Response> {
  return respondPreflight({ hasTokens: getRuntime().config.auth.jwt !== undefined });
}

function serve(
  request: Request,
  work: Work,
  callerOf: (connection: Connection | undefined) => Promise<Caller>,
): Promise<Response> {
  const { config, connections } = getRuntime();
  const { signal } = request;
  return respond(respondOptions(), async () => {
    const connection = connections.current();
    const caller = await callerOf(connection);
    const url = new URL(request.url);
    const rttMs = readAddedRttMs(url, config.isDemo);
    const faults = readFaultPlan(url, { isDemo: config.isDemo, openedAtMs: Date.now() });
    const client = { signal, connection, now: Date.now };
    // What is cut is cut behind what has left, so the faults are nearest to the client.
    return withFaults(faults, client, () => withAddedRoundTrip(rttMs, signal, async () => work({ caller, faults })));
  });
}

/** See `respond`. */
function respondOptions(): RespondOptions {
  const { connections, logger, problems } = getRuntime();
  return {
    connection: connections.current(),
    onProblem: (code: ErrorCode): void => problems.add(code),
    onError: (error: unknown, requestId: string): void =>
      logger.error({ requestId, err: error }, 'a request has failed'),
  };
}

/** The stream of one feed. */
export function streamDoor(place: IdPlace): Doors {
  return feedDoor(SSE_CONTENT_TYPE, (request, { target, connection, caller, faults }) => {
    const { config, connections, streams } = getRuntime();
    const asked = readStreamRequest(request, { target, place, topics: config.topics, caller, faults });
    return () => {
      const over = streams.overAnswer(asked);
      if (over !== undefined) return over;
      const body = connections.outlive(() => streams.open(asked, request.signal, connection));
      return new Response(body, { headers: { 'content-type': SSE_CONTENT_TYPE } });
    };
  });
}

/** One poll of one feed. */
export function pollDoor(place: IdPlace): Doors {
  return feedDoor('application/json', (request, { target, connection, caller, faults }) => {
    const { config, polls } = getRuntime();
    const asked = readPollRequest(request, { target, place, topics: config.topics, caller, faults });
    return () => polls.answer(asked, { signal: request.signal, connection });
  });
}

/** `read` checks the request and gives back the work. `HEAD` does not do it: nothing would ever end that reader. */
function feedDoor(contentType: string, read: (request: Request, about: FeedAsking) => FeedWork): Doors {
  const open = (request: Request, hasBody: boolean): Promise<Response> =>
    answer(
      request,
      (asking) => {
        const connection = getRuntime().connections.current();
        const work = read(request, { target: connection?.target ?? request.url, connection, ...asking });
        return hasBody ? work() : new Response(null, { headers: { 'content-type': contentType } });
      },
      { isHeld: hasBody },
    );
  return {
    GET: (request) => open(request, true),
    HEAD: (request) => open(request, false),
    OPTIONS: preflight,
  };
}
