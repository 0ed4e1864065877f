/** What the route files in `app/` share: each of them names its place in the URL and nothing more. */
import 'server-only';
import type { ErrorCode } from '../protocol/errors.ts';
import { SSE_CONTENT_TYPE } from '../protocol/sse.ts';
import { getRuntime } from './runtime.ts';
import { withAddedRoundTrip } from './transport/added-round-trip.ts';
import type { Connection } from './transport/connection.ts';
import type { FaultPlan } from './transport/fault-plan.ts';
import { withFaults } from './transport/faulty-response.ts';
import { respond, respondPreflight } from './transport/respond.ts';
import {
  type IdPlace,
  readAddedRttMs,
  readFaultPlan,
  readPollRequest,
  readStreamRequest,
} from './transport/stream-request.ts';

type Door = (request: Request) => Promise<Response>;
type Work = () => Response | Promise<Response>;

/** How a request has come. */
interface Asking {
  readonly target: string;
  readonly connection: Connection | undefined;
  readonly faults: FaultPlan;
}

interface Doors {
  readonly GET: Door;
  readonly HEAD: Door;
  readonly OPTIONS: Door;
}

/** Runs a door's work; see `respond`. Where the demo's page asks for a longer way, or one with faults, it gets it. */
export function answer(request: Request, work: (faults: FaultPlan) => Response | Promise<Response>): Promise<Response> {
  const { config, connections, logger, problems } = getRuntime();
  const { signal } = request;
  const connection = connections.current();
  const onProblem = (code: ErrorCode): void => problems.add(code);
  const onError = (error: unknown, requestId: string): void =>
    logger.error({ requestId, err: error }, 'a request has failed');
  return respond({ connection, onProblem, onError }, () => {
    const url = new URL(request.url);
    const rttMs = readAddedRttMs(url, config.isDemo);
    const faults = readFaultPlan(url, { isDemo: config.isDemo, openedAtMs: Date.now() });
    const client = { signal, connection, now: Date.now };
    // What is cut is cut behind what has left, so the faults are nearest to the client.
    return withFaults(faults, client, () => withAddedRoundTrip(rttMs, signal, async () => work(faults)));
  });
}

/** The stream of one feed. */
export function streamDoor(place: IdPlace): Doors {
  return feedDoor(SSE_CONTENT_TYPE, (request, { target, connection, faults }) => {
    const { config, connections, streams } = getRuntime();
    const asked = readStreamRequest(request, { target, place, topics: config.topics, faults });
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
  return feedDoor('application/json', (request, { target, connection, faults }) => {
    const { config, polls } = getRuntime();
    const asked = readPollRequest(request, { target, place, topics: config.topics, faults });
    return () => polls.answer(asked, { signal: request.signal, connection });
  });
}

/** `read` checks the request and gives back the work. `HEAD` does not do it: nothing would ever end that reader. */
function feedDoor(contentType: string, read: (request: Request, about: Asking) => Work): Doors {
  const open = (request: Request, hasBody: boolean): Promise<Response> =>
    answer(request, (faults) => {
      const { connections, limits } = getRuntime();
      const connection = connections.current();
      if (hasBody) limits.enter(connection);
      const work = read(request, { target: connection?.target ?? request.url, connection, faults });
      return hasBody ? work() : new Response(null, { headers: { 'content-type': contentType } });
    });
  return {
    GET: (request) => open(request, true),
    HEAD: (request) => open(request, false),
    OPTIONS: async () => respondPreflight(),
  };
}
