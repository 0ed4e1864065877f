/** What the route files in `app/` share: each of them names its place in the URL and nothing more. */
import 'server-only';
import { SSE_CONTENT_TYPE } from '../protocol/sse.ts';
import { getRuntime } from './runtime.ts';
import { withAddedRoundTrip } from './transport/added-round-trip.ts';
import type { Connection } from './transport/connection.ts';
import { respond, respondPreflight } from './transport/respond.ts';
import { type IdPlace, readAddedRttMs, readPollRequest, readStreamRequest } from './transport/stream-request.ts';

type Door = (request: Request) => Promise<Response>;
type Work = () => Response | Promise<Response>;

interface Doors {
  readonly GET: Door;
  readonly HEAD: Door;
  readonly OPTIONS: Door;
}

/** Runs a door's work; see `respond`. Where the demo's page asks for a longer way, it gets one. */
export function answer(request: Request, work: Work): Promise<Response> {
  const { corsOrigins, isDemo } = getRuntime().config;
  return respond(request, corsOrigins, () => {
    const rttMs = readAddedRttMs(new URL(request.url), isDemo);
    return withAddedRoundTrip(rttMs, request.signal, async () => work());
  });
}

/** The stream of one feed. */
export function streamDoor(place: IdPlace): Doors {
  return feedDoor(SSE_CONTENT_TYPE, (request, target, connection) => {
    const { config, streams } = getRuntime();
    const asked = readStreamRequest(request, target, place, config.topics);
    return () => {
      if (streams.isOver(asked)) return new Response(null, { status: 204 });
      const body = streams.open(asked, request.signal, connection);
      return new Response(body, { headers: { 'content-type': SSE_CONTENT_TYPE } });
    };
  });
}

/** One poll of one feed. */
export function pollDoor(place: IdPlace): Doors {
  return feedDoor('application/json', (request, target, connection) => {
    const { config, polls } = getRuntime();
    const asked = readPollRequest(request, target, place, config.topics);
    return () => polls.answer(asked, { signal: request.signal, connection });
  });
}

/** `read` checks the request and gives back the work. `HEAD` does not do it: nothing would ever end that reader. */
function feedDoor(
  contentType: string,
  read: (request: Request, target: string, connection: Connection | undefined) => Work,
): Doors {
  const open = (request: Request, hasBody: boolean): Promise<Response> =>
    answer(request, () => {
      const connection = getRuntime().connections.current();
      const work = read(request, connection?.target ?? request.url, connection);
      return hasBody ? work() : new Response(null, { headers: { 'content-type': contentType } });
    });
  return {
    GET: (request) => open(request, true),
    HEAD: (request) => open(request, false),
    OPTIONS: async (request) => respondPreflight(request, getRuntime().config.corsOrigins),
  };
}
