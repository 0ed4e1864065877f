import { FEED_END_HEADER, QueryName } from '../../protocol/constants.ts';
import { CONTROL_TOPIC } from '../../protocol/control.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import { keyOfFeedId } from '../../protocol/feed-id.ts';
import type { Config } from '../config.ts';
import type { FeedIdRule, RecordPublisher } from '../record-log/port.ts';
import { readJsonBody, refuseCrossSite } from './json-request.ts';
import { type Right, readFeed } from './stream-request.ts';

export interface PublishContext {
  readonly config: Pick<Config, 'topics' | 'feeds' | 'pod' | 'demoHosts'>;
  readonly recordLog: RecordPublisher;
  /** Who may not watch a feed may not write to it either. */
  readonly caller: Right;
}

/**
 * Appends one JSON value to a feed, with `?end=1` as its last event: 201 with `{ topic, partition, offset, pod }`.
 *
 * @throws FeedlineError `cross-site`, `forbidden`, `media-type`, `query-invalid`, `body-invalid`, `body-too-large`,
 *   `publish-impossible`, `record-log-unavailable`
 */
export async function publishEvent(request: Request, { config, recordLog, caller }: PublishContext): Promise<Response> {
  refuseCrossSite(request, config.demoHosts);
  const url = new URL(request.url);
  const { topic, id } = readFeed(url, { place: { segment: 2 }, topics: config.topics, caller });
  const isEnd = url.searchParams.get(QueryName.end) === '1';
  if (isEnd && topic === CONTROL_TOPIC) {
    throw new FeedlineError(
      'query-invalid',
      `The feeds of ${CONTROL_TOPIC} have no end: leave ?${QueryName.end}= out.`,
    );
  }
  refuseOtherIds(topic, config.feeds.idRuleOf(topic));
  const value = await readJsonBody(request);
  try {
    const { partition, offset } = await recordLog.publish(topic, {
      key: Buffer.from(keyOfFeedId(id)),
      value,
      ...(isEnd && { headers: { [FEED_END_HEADER]: '1' } }),
    });
    return Response.json({ topic, partition, offset, pod: config.pod }, { status: 201 });
  } catch (cause) {
    const message = 'The record log did not take the event; see /readyz, and try again.';
    throw new FeedlineError('record-log-unavailable', message, { cause });
  }
}

/** What is published here has its ID as its key: on such a topic it would be of another feed, or of none. */
function refuseOtherIds(topic: string, rule: FeedIdRule): void {
  if (rule.in === 'key') return;
  const place = rule.in === 'header' ? `the header ${rule.name}` : 'the JSON of the value';
  throw new FeedlineError(
    'publish-impossible',
    `By FEED_ID the records of ${topic} have their IDs in ${place}: write them with a producer of your own.`,
  );
}
