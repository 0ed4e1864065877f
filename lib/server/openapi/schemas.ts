import { EventFormat, GapReason, GapResume, RecordLogKind } from '../../protocol/constants.ts';
import { POD_ABILITIES } from '../../protocol/control.ts';
import { ERROR_CODES } from '../../protocol/errors.ts';
import { type Schema, schemaRef } from './openapi.ts';
import { CURSOR_SCHEMA, object, oneOf, TEXT, TIME_MS, WHOLE } from './shapes.ts';

const READINESS_STATUS = oneOf(['ready', 'starting', 'degraded', 'wedged', 'draining']);

const PROBLEM = object(
  {
    title: TEXT,
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { ...TEXT, description: 'What to do next, for people.' },
    code: { ...oneOf(ERROR_CODES), description: 'Stable: programs may go by it.' },
    requestId: { ...TEXT, description: 'Of the answer, and of its line in the log.' },
  },
  { description: 'A problem document (RFC 9457).' },
);

const GAP = object(
  {
    reason: oneOf(Object.values(GapReason)),
    from: { anyOf: [TEXT, { type: 'null' }] },
    to: CURSOR_SCHEMA,
    resumesAt: oneOf(Object.values(GapResume)),
  },
  { description: 'History between two cursors cannot be given.' },
);

const HELLO = object(
  {
    protocol: { const: 1 },
    pod: TEXT,
    recordLog: oneOf(Object.values(RecordLogKind)),
    topic: TEXT,
    id: TEXT,
    format: oneOf(Object.values(EventFormat)),
    serverTimeMs: TIME_MS,
    pingMs: WHOLE,
    watchdogMs: WHOLE,
    stored: { ...WHOLE, description: 'With `last`: how many events of before now follow.' },
    bounded: { const: true },
  },
  { optional: ['stored', 'bounded'] },
);

const PING = object(
  { serverTimeMs: TIME_MS, bytes: WHOLE, busyMs: { type: 'number', minimum: 0 }, pod: TEXT },
  { optional: ['busyMs', 'pod'] },
);

const ENVELOPE = object(
  {
    value: { type: ['string', 'null'], description: 'Null of a tombstone.' },
    encoding: { const: 'base64' },
    key: { type: ['string', 'null'] },
    keyEncoding: { const: 'base64' },
    headers: {
      type: 'object',
      additionalProperties: { anyOf: [TEXT, { type: 'array', items: TEXT }] },
    },
    binaryHeaders: { type: 'array', items: TEXT, description: 'Names of the headers whose texts are base64.' },
    topic: TEXT,
    partition: WHOLE,
    offset: WHOLE,
    timestampMs: { type: 'integer', description: "The record's own, ms since 1970." },
    receivedAtMs: TIME_MS,
    pod: TEXT,
  },
  { optional: ['encoding', 'keyEncoding', 'binaryHeaders'] },
);

const POLL = object({
  events: {
    type: 'array',
    items: {
      oneOf: [object({ cursor: CURSOR_SCHEMA, data: TEXT }), object({ cursor: CURSOR_SCHEMA, gap: schemaRef('Gap') })],
    },
  },
  cursor: CURSOR_SCHEMA,
  ended: { type: 'boolean', description: 'No event will ever follow.' },
});

const FEED_LIST = object({
  topic: TEXT,
  atMs: TIME_MS,
  total: WHOLE,
  feeds: {
    type: 'array',
    items: object({
      id: TEXT,
      records: WHOLE,
      recordsPerSecond: { type: 'number', minimum: 0 },
      lastRecordAtMs: TIME_MS,
      lastValue: {
        oneOf: [
          object({ kind: { const: 'text' }, text: TEXT, isCut: { type: 'boolean' } }),
          object({ kind: { const: 'binary' }, bytes: WHOLE }),
          object({ kind: { const: 'null' } }),
        ],
      },
    }),
  },
});

const READINESS = object({
  status: READINESS_STATUS,
  ready: { type: 'boolean' },
  reason: TEXT,
  pod: TEXT,
  recordLog: oneOf(Object.values(RecordLogKind)),
  topics: { type: 'array', items: TEXT },
  demo: { type: 'boolean' },
  renewUrl: { type: ['string', 'null'] },
});

const NUMBER_OR_NULL = { type: ['number', 'null'] };

const POD_STATUS = object({
  pod: TEXT,
  atMs: TIME_MS,
  ready: { type: 'boolean' },
  live: { const: true },
  status: READINESS_STATUS,
  reason: TEXT,
  startedAtMs: TIME_MS,
  uptimeMs: WHOLE,
  recordLog: object({
    kind: oneOf(Object.values(RecordLogKind)),
    connected: { type: 'boolean' },
    lagRecords: NUMBER_OR_NULL,
    lastRecordAgeMs: NUMBER_OR_NULL,
  }),
  hub: object({ feeds: WHOLE, readers: WHOLE, ringBytes: WHOLE }),
  transports: object({ streams: WHOLE, pollsWaiting: WHOLE, catchingUp: WHOLE, rotations: WHOLE }),
  process: object({ eventLoopDelayP99Ms: { type: 'number', minimum: 0 }, rssBytes: WHOLE, heapBytes: WHOLE }),
  draining: { type: 'boolean' },
  abilities: { type: 'array', items: oneOf(POD_ABILITIES) },
});

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Problem: PROBLEM,
  Hello: HELLO,
  Ping: PING,
  Gap: GAP,
  Cut: object({ retryMs: WHOLE }),
  Expiring: object({ expiresAtMs: TIME_MS, inMs: WHOLE }),
  End: object({}),
  Envelope: ENVELOPE,
  Poll: POLL,
  FeedList: FEED_LIST,
  Readiness: READINESS,
  PodStatus: POD_STATUS,
};
