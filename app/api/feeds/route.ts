import type { FeedList } from '#lib/protocol/events.ts';
import { answer, preflight } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';
import { readFeedListRequest } from '#lib/server/transport/feed-list-request.ts';

export const dynamic = 'force-dynamic';

/** The IDs that this pod has seen most recently and that the caller may watch, newest first. */
export function GET(request: Request): Promise<Response> {
  return answer(request, ({ caller }) => {
    const { config, hub } = getRuntime();
    const asked = readFeedListRequest(new URL(request.url), config.topics, caller);
    const atMs = Date.now();
    const found = hub.directory(asked.topic)?.list(asked, atMs) ?? { total: 0, feeds: [] };
    const list: FeedList = { topic: asked.topic, atMs, ...found };
    return Response.json(list);
  });
}

export function OPTIONS(): Promise<Response> {
  return preflight();
}
