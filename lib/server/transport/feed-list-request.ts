import { FEED_LIST_MAX, FEED_LIST_SIZE, QueryName } from '../../protocol/constants.ts';
import type { FeedListRequest } from '../hub/feed-directory.ts';
import { type Right, readTopic, readWhole } from './stream-request.ts';

/** A time in ms since 1970 has 13 digits until the year 2286. */
const TIME_MAX_MS = 9_999_999_999_999;

/**
 * Reads and checks what is asked of the list of feeds.
 *
 * @throws FeedlineError `query-invalid` or `topic-unknown`
 */
export function readFeedListRequest(
  url: URL,
  topics: readonly string[],
  caller: Pick<Right, 'mayWatch'>,
): FeedListRequest & { readonly topic: string } {
  const query = url.searchParams;
  const topic = readTopic(url, topics);
  return {
    topic,
    mayWatch: (id) => caller.mayWatch(topic, id),
    prefix: query.get(QueryName.prefix) ?? '',
    limit: readWhole(query, QueryName.limit, FEED_LIST_MAX) ?? FEED_LIST_SIZE,
    sinceMs: readWhole(query, QueryName.since, TIME_MAX_MS) ?? 0,
  };
}
