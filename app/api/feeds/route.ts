import { QueryName } from '#lib/protocol/constants.ts';
import type { FeedList } from '#lib/protocol/events.ts';
import { answer } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';
import { readTopic } from '#lib/server/transport/stream-request.ts';

export const dynamic = 'force-dynamic';

const MAX_LISTED = 1_000;

/** The IDs that this pod has seen most recently, newest first. */
export function GET(request: Request): Promise<Response> {
  return answer(request, () => {
    const { config, hub } = getRuntime();
    const url = new URL(request.url);
    const topic = readTopic(url, config.topics);
    const prefix = url.searchParams.get(QueryName.prefix) ?? '';
    const list: FeedList = { topic, feeds: hub.directory(topic)?.list(prefix, MAX_LISTED) ?? [] };
    return Response.json(list);
  });
}
