import { SSE_CONTENT_TYPE } from '#lib/protocol/sse.ts';
import { answerInDemo } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';
import { cutAtExpiry } from '#lib/server/transport/cut-at-expiry.ts';
import { costTeller } from '#lib/server/transport/lane-cost.ts';
import { type Right, readFeed } from '#lib/server/transport/stream-request.ts';

export const dynamic = 'force-dynamic';

/**
 * The foil: the same thing as the article writes it. An emitter per connection hears what comes while it listens, and
 * sends it on. No `id:`, so a reconnect starts at now and what came in between is lost; no look at whether the client
 * takes what it is sent. It frames rightly and ends with its client: what it loses, it loses by its design. On the
 * compare page (`?lane=`) it tells what it costs behind some of its events, and is otherwise the same.
 */
export function GET(request: Request): Promise<Response> {
  return answerInDemo(request, ({ caller }) => {
    const { article, config, connections } = getRuntime();
    const { topic, id } = feedOf(request, caller);
    const connection = connections.current();
    cutAtExpiry(connection, caller.expiresAtMs, Date.now());
    const cost = costTeller(connection, { pod: config.pod, everyMs: config.stream.pingMs, now: Date.now });
    const encoder = new TextEncoder();
    let stop: (() => void) | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode(':\n\n'));
        stop = article?.listen(topic, id, (value) => {
          const lines = (value?.toString() ?? '').split(/\r\n|\r|\n/);
          // A client takes one blank behind the colon away: a line's own first blank needs another before it.
          const event = `${lines.map((line) => `data:${line.replace(/^ /, '  ')}\n`).join('')}\n${cost()}`;
          const send = (): void => controller.enqueue(encoder.encode(event));
          if (connection === undefined) send();
          else connection.work(send);
        });
        request.signal.addEventListener('abort', () => stop?.());
        connection?.onClose(() => stop?.());
      },
      cancel: () => stop?.(),
    });
    return new Response(body, { headers: { 'content-type': SSE_CONTENT_TYPE } });
  });
}

/** Next.js would run GET for a HEAD, and nothing would ever end that listener. */
export function HEAD(request: Request): Promise<Response> {
  return answerInDemo(request, ({ caller }) => {
    feedOf(request, caller);
    return new Response(null, { headers: { 'content-type': SSE_CONTENT_TYPE } });
  });
}

function feedOf(request: Request, caller: Right): { readonly topic: string; readonly id: string } {
  const { topics } = getRuntime().config;
  return readFeed(new URL(request.url), { place: { segment: 2 }, topics, caller });
}
