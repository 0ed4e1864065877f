import { FeedlineError } from '#lib/protocol/errors.ts';
import { SSE_CONTENT_TYPE } from '#lib/protocol/sse.ts';
import { answer } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';
import { readFeedId } from '#lib/server/transport/stream-request.ts';

export const dynamic = 'force-dynamic';

/**
 * The foil: the same thing as the article writes it. An emitter per connection hears what comes while it listens, and
 * sends it on. No `id:`, so a reconnect starts at now and what came in between is lost; no look at whether the client
 * takes what it is sent.
 */
export function GET(request: Request): Promise<Response> {
  return answer(request, () => {
    const { article, config } = getRuntime();
    if (article === undefined)
      throw new FeedlineError('not-found', 'The article’s way is here only in the demo (DEMO=1).');
    const id = readFeedId(new URL(request.url), { segment: 2 });
    const encoder = new TextEncoder();
    let stop = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode(':\n\n'));
        stop = article.listen(config.topics[0], id, (value) => {
          controller.enqueue(encoder.encode(`data:${value?.toString() ?? ''}\n\n`));
        });
        request.signal.addEventListener('abort', () => stop());
      },
      cancel: () => stop(),
    });
    return new Response(body, { headers: { 'content-type': SSE_CONTENT_TYPE } });
  });
}
