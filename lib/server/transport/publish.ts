import { FEED_END_HEADER, QueryName } from '../../protocol/constants.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import type { Config } from '../config.ts';
import type { RecordPublisher } from '../record-log/port.ts';
import { readFeedId, readTopic } from './stream-request.ts';

/** Far above any value of the demo, far below what Kafka takes. */
const BODY_MAX_BYTES = 65_536;

export interface PublishContext {
  readonly config: Pick<Config, 'isDemo' | 'topics'>;
  readonly recordLog: RecordPublisher;
}

/**
 * Appends one JSON value to a feed, with `?end=1` as its last event: 201 with `{ topic, partition, offset }`.
 *
 * @throws FeedlineError `not-found` outside the demo, `cross-site`, `media-type`, `body-invalid`, `body-too-large`,
 *   `record-log-unavailable`
 */
export async function publishEvent(request: Request, { config, recordLog }: PublishContext): Promise<Response> {
  if (!config.isDemo) throw new FeedlineError('not-found', 'Events are published here only in the demo (DEMO=1).');
  refuseCrossSite(request);
  const url = new URL(request.url);
  const id = readFeedId(url, { segment: 2 });
  const topic = readTopic(url, config.topics);
  const isEnd = url.searchParams.get(QueryName.end) === '1';
  const value = await readJsonBody(request);
  try {
    const { partition, offset } = await recordLog.publish(topic, {
      key: id,
      value,
      ...(isEnd && { headers: { [FEED_END_HEADER]: '1' } }),
    });
    return Response.json({ topic, partition, offset }, { status: 201 });
  } catch (cause) {
    const message = 'The record log did not take the event; see /readyz, and try again.';
    throw new FeedlineError('record-log-unavailable', message, { cause });
  }
}

/**
 * A page of another site could make the visitor's browser post here. Browsers say where a request comes from; JSON
 * as the media type keeps plain forms out.
 */
function refuseCrossSite(request: Request): void {
  const origin = request.headers.get('origin');
  const isSameOrigin = origin === null || hostOf(origin) === request.headers.get('host');
  const site = request.headers.get('sec-fetch-site') ?? 'same-origin';
  if (!isSameOrigin || !['same-origin', 'none'].includes(site)) {
    throw new FeedlineError('cross-site', 'Events may be published by pages of this origin only.');
  }
  const mediaType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    throw new FeedlineError('media-type', 'Send the event as application/json.');
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

async function readJsonBody(request: Request): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of request.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > BODY_MAX_BYTES) throw new FeedlineError('body-too-large', `At most ${BODY_MAX_BYTES} bytes.`);
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  try {
    JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new FeedlineError('body-invalid', 'The body is not JSON.', { cause });
  }
  return body;
}
