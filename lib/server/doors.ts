/** What the route files in `app/` share: each of them names its place in the URL and nothing more. */
import 'server-only';
import { SSE_CONTENT_TYPE } from '../protocol/sse.ts';
import { getRuntime } from './runtime.ts';
import { respond, respondPreflight } from './transport/respond.ts';
import { type IdPlace, readStreamRequest } from './transport/stream-request.ts';

type Door = (request: Request) => Promise<Response>;

/** Runs a door's work; see `respond`. */
export function answer(request: Request, work: () => Response | Promise<Response>): Promise<Response> {
  return respond(request, getRuntime().config.corsOrigins, work);
}

/** The stream of one feed. `HEAD` gives the headers and opens no reader: nothing would ever end it. */
export function streamDoor(place: IdPlace): { GET: Door; HEAD: Door; OPTIONS: Door } {
  const open = (request: Request, hasBody: boolean): Promise<Response> =>
    answer(request, () => {
      const { config, streams, connections } = getRuntime();
      const connection = connections.current();
      const asked = readStreamRequest(request, connection?.target ?? request.url, place, config.topics);
      const body = hasBody ? streams.open(asked, request.signal, connection) : null;
      return new Response(body, { headers: { 'content-type': SSE_CONTENT_TYPE } });
    });
  return {
    GET: (request) => open(request, true),
    HEAD: (request) => open(request, false),
    OPTIONS: async (request) => respondPreflight(request, getRuntime().config.corsOrigins),
  };
}
