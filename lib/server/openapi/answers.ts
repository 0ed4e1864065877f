import { EventName, HeaderName } from '../../protocol/constants.ts';
import { ERROR_STATUS, type ErrorCode } from '../../protocol/errors.ts';
import { SSE_CONTENT_TYPE } from '../../protocol/sse.ts';
import { type Answer, headerRef, type MediaType, schemaRef } from './openapi.ts';
import { TEXT } from './shapes.ts';

/** What any request can be refused for before it is looked at; probes are not counted. */
const AT_THE_GATE: readonly ErrorCode[] = ['url-too-long', 'headers-too-large'];
const BY_RATE: readonly ErrorCode[] = ['too-many-requests', 'client-unknown'];
/** What any request to a door can be refused for, whatever it asks. */
const AT_THE_DOOR: readonly ErrorCode[] = [...AT_THE_GATE, ...BY_RATE, 'query-invalid'];
/** What whoever wants a stream or a poll can be refused for beside that. */
export const WITHOUT_PLACE: readonly ErrorCode[] = ['too-many-connections', 'overloaded'];

/** What a request is refused for that does not say who calls, or by whom it cannot be found out. */
export const UNKNOWN_CALLER = ['unauthorized', 'keys-unavailable'] as const satisfies readonly ErrorCode[];
/** And what one of a feed. */
export const NOT_A_WATCHER = ['forbidden', ...UNKNOWN_CALLER] as const satisfies readonly ErrorCode[];

const NEVER_STORED = {
  'cache-control': headerRef('cache-control'),
  [HeaderName.requestId]: headerRef(HeaderName.requestId),
};
const OF_POLLS = {
  ...NEVER_STORED,
  ...Object.fromEntries(
    [HeaderName.pod, HeaderName.clock, HeaderName.bytes, HeaderName.busyMs].map((name) => [name, headerRef(name)]),
  ),
};

/** The problem documents of an operation, by status, with the codes that each can have. */
export function problems(...codes: readonly ErrorCode[]): Record<string, Answer> {
  return byStatus([...AT_THE_DOOR, ...codes]);
}

/** Of what is answered past the doors. */
export function gateProblems(...codes: readonly ErrorCode[]): Record<string, Answer> {
  return byStatus([...AT_THE_GATE, ...BY_RATE, ...codes]);
}

export function probeProblems(): Record<string, Answer> {
  return byStatus(AT_THE_GATE);
}

function byStatus(codes: readonly ErrorCode[]): Record<string, Answer> {
  const all = [...new Set(codes)];
  const statuses = [...new Set(all.map((code) => ERROR_STATUS[code]))].sort();
  return Object.fromEntries(
    statuses.map((status) => [String(status), problem(all.filter((code) => ERROR_STATUS[code] === status))]),
  );
}

function problem(codes: readonly ErrorCode[]): Answer {
  const isLater = codes.some((code) => [429, 503].includes(ERROR_STATUS[code]));
  const isUnknown = codes.some((code) => ERROR_STATUS[code] === 401);
  const code = { type: 'object', properties: { code: { enum: codes } } };
  return {
    description: codes.map((name) => `\`${name}\``).join(', '),
    headers: {
      ...NEVER_STORED,
      ...(isLater && { [HeaderName.retryAfter]: headerRef(HeaderName.retryAfter) }),
      ...(isUnknown && { [HeaderName.wwwAuthenticate]: headerRef(HeaderName.wwwAuthenticate) }),
    },
    content: { 'application/problem+json': { schema: { allOf: [schemaRef('Problem'), code] } } },
  };
}

export function json(description: string, schema: MediaType['schema']): Answer {
  return { description, headers: NEVER_STORED, content: { 'application/json': { schema } } };
}

export const STREAM: Answer = {
  description:
    'Events until the client goes, the stream is old (`rotate`) or its token (`expired`), the pod shuts down or the feed is over.',
  headers: { ...NEVER_STORED, 'x-accel-buffering': { required: true, schema: { const: 'no' } } },
  content: {
    [SSE_CONTENT_TYPE]: {
      schema: TEXT,
      'x-events': {
        message: {
          description: "The record's value, or with `format=envelope` the schema Envelope as JSON.",
          contentSchema: schemaRef('Envelope'),
        },
        [EventName.hello]: schemaRef('Hello'),
        [EventName.ping]: schemaRef('Ping'),
        [EventName.gap]: schemaRef('Gap'),
        [EventName.rotate]: schemaRef('Cut'),
        [EventName.draining]: schemaRef('Cut'),
        [EventName.expiring]: schemaRef('Expiring'),
        [EventName.expired]: schemaRef('Cut'),
        [EventName.end]: schemaRef('End'),
      },
    },
  },
};

export const STREAM_OVER: Answer = {
  description: 'The cursor stands behind the last event of its feed.',
  headers: NEVER_STORED,
};

export const POLL_EVENTS: Answer = {
  description: 'What has come, in order; or, of a feed that is over, nothing.',
  headers: { ...OF_POLLS, [HeaderName.bounded]: headerRef(HeaderName.bounded) },
  content: { 'application/json': { schema: schemaRef('Poll') } },
};

export const POLL_EMPTY: Answer = {
  description: 'Nothing has come within `waitMs`.',
  headers: {
    ...OF_POLLS,
    [HeaderName.cursor]: headerRef(HeaderName.cursor),
    [HeaderName.bounded]: headerRef(HeaderName.bounded),
  },
};

/** To a `HEAD`: as to a GET, without a body. */
export function headersOnly(contentType: string): Answer {
  return { description: `The headers of ${contentType}; nothing is read.`, headers: NEVER_STORED };
}

/** To a CORS preflight. */
export const PREFLIGHT: Answer = {
  description: 'What a page of an origin of CORS_ORIGINS may send.',
  headers: {
    'access-control-allow-methods': { required: true, schema: TEXT },
    'access-control-allow-headers': { required: true, schema: TEXT },
  },
};

/** The same, to a `HEAD`. */
export function withoutBody(answers: Readonly<Record<string, Answer>>): Record<string, Answer> {
  return Object.fromEntries(Object.entries(answers).map(([status, { content, ...answer }]) => [status, answer]));
}
