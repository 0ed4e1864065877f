import { FAULTS_MAX } from '../../protocol/connection-fault.ts';
import {
  ADDED_RTT_MAX_MS,
  Beginning,
  EventFormat,
  FEED_LIST_MAX,
  FEED_LIST_SIZE,
  HeaderName,
  LANE_MAX_CHARS,
  POLL_WAIT_MAX_MS,
  POLL_WAIT_MS,
  QueryName,
} from '../../protocol/constants.ts';
import type { Header, Parameter } from './openapi.ts';
import { oneOf, TEXT, TIME_MS, WHOLE, wholeUpTo } from './shapes.ts';

function query(name: string, description: string, schema: Parameter['schema']): Parameter {
  return { name, in: 'query', description, schema };
}

const ID = 'UTF-8 of 1 to 256 bytes, percent-encoded once; or `~x` and the bytes of the key in hex.';

/** Under their keys in `components`. */
export const PARAMETERS = {
  idInPath: { name: 'id', in: 'path', description: ID, required: true, schema: TEXT },
  idInQuery: { ...query(QueryName.id, ID, TEXT), required: true },
  lastEventId: {
    name: HeaderName.lastEventId,
    in: 'header',
    description: 'Go on from this cursor. EventSource sends it by itself. One that cannot be served yields a gap.',
    schema: TEXT,
  },
  after: query(QueryName.after, 'The same; the header wins.', TEXT),
  topic: query(QueryName.topic, 'One of KAFKA_TOPICS; the first by default.', TEXT),
  format: query(QueryName.format, "The record's value, or JSON with all that is around it.", {
    ...oneOf(Object.values(EventFormat)),
    default: EventFormat.raw,
  }),
  last: query(QueryName.last, 'Without a cursor: begin with so many of the newest events.', WHOLE),
  from: query(QueryName.from, 'Without either: where to begin.', {
    ...oneOf(Object.values(Beginning)),
    default: Beginning.now,
  }),
  lane: query(QueryName.lane, 'A name under which the server counts what is sent.', {
    ...TEXT,
    maxLength: LANE_MAX_CHARS,
  }),
  waitMs: query(QueryName.waitMs, 'How long to wait for an event, ms.', {
    ...wholeUpTo(POLL_WAIT_MAX_MS),
    default: POLL_WAIT_MS,
  }),
  prefix: query(QueryName.prefix, 'Only IDs that begin with it.', TEXT),
  limit: query(QueryName.limit, 'Most feeds to list.', { ...wholeUpTo(FEED_LIST_MAX), default: FEED_LIST_SIZE }),
  since: query(QueryName.since, 'Only feeds that have had a record at or after this time.', TIME_MS),
  end: query(QueryName.end, '`1` makes it the last event of its feed.', oneOf(['1'])),
  rttMs: query(QueryName.rttMs, 'Demo only: a round trip to add, ms.', wholeUpTo(ADDED_RTT_MAX_MS)),
  fault: query(QueryName.fault, 'Demo only: `kind,value,fromMs,times,everyMs,forMs`, a fault of this connection.', {
    type: 'array',
    items: TEXT,
    maxItems: FAULTS_MAX,
  }),
} as const satisfies Record<string, Parameter>;

/** Of answers, by their names on the wire. */
export const HEADERS = {
  'cache-control': { required: true, schema: TEXT },
  [HeaderName.requestId]: {
    required: true,
    description: 'Names the request in the log: the one that it has brought, else a new one.',
    schema: { ...TEXT, pattern: '^[A-Za-z0-9._-]{1,64}$' },
  },
  [HeaderName.retryAfter]: { required: true, description: 'Seconds.', schema: { type: 'integer', minimum: 1 } },
  [HeaderName.wwwAuthenticate]: { required: true, description: 'RFC 6750.', schema: { ...TEXT, pattern: '^Bearer' } },
  [HeaderName.pod]: { required: true, description: 'Who has answered.', schema: TEXT },
  [HeaderName.clock]: {
    required: true,
    description: "The server's clock as the request came and as the answer was made, ms since 1970.",
    schema: { ...TEXT, pattern: '^received=\\d+, sent=\\d+$' },
  },
  [HeaderName.cursor]: { required: true, description: 'Where to ask on.', schema: TEXT },
  [HeaderName.bounded]: {
    description: 'The beginning that was asked for lies further back than was looked.',
    schema: { type: 'integer', const: 1 },
  },
  [HeaderName.bytes]: { description: 'With a lane: bytes sent to it before.', schema: WHOLE },
  [HeaderName.busyMs]: {
    description: 'With a lane: main-thread time spent on it before, ms.',
    schema: { type: 'number', minimum: 0 },
  },
} as const satisfies Record<string, Header>;
