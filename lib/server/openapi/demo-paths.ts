import { FAULT_FOR_MS } from '../../protocol/control.ts';
import { SSE_CONTENT_TYPE } from '../../protocol/sse.ts';
import { headersOnly, json, NOT_A_WATCHER, problems, withoutBody } from './answers.ts';
import { headerRef, type Operation, type Paths, parameterRef, schemaRef } from './openapi.ts';
import { object, TEXT, WHOLE } from './shapes.ts';

const WRITING = [...NOT_A_WATCHER, 'not-found', 'cross-site', 'media-type', 'body-invalid', 'body-too-large'] as const;
const CONDITIONS = ['rttMs', 'fault'].map(parameterRef);
const POD = { type: 'string', pattern: '^[\\w.-]{1,64}$' };
const FOR_MS = { type: 'integer', minimum: FAULT_FOR_MS.least, maximum: FAULT_FOR_MS.most };
const ORDER_ID = { type: 'string', pattern: '^[\\w-]{1,64}$', description: 'An order is obeyed once.' };

const POD_FAULT = {
  oneOf: [
    object({ kind: { const: 'kill-pod' }, pod: POD, id: ORDER_ID }, { optional: ['id'] }),
    object({ kind: { const: 'stop-consumer' }, pod: POD, forMs: FOR_MS, id: ORDER_ID }, { optional: ['id'] }),
    object({ kind: { const: 'kill-broker' }, forMs: FOR_MS, id: ORDER_ID }, { optional: ['id'] }),
  ],
};

const ARTICLE = [
  ...NOT_A_WATCHER,
  'id-too-long',
  'id-undecodable',
  'topic-unknown',
  'not-found',
  'fault-refused',
] as const;

const article: Operation = {
  operationId: 'articleStream',
  summary: 'The same stream as the article writes it, for comparison',
  description: 'No `id:`, and it starts at now: what comes between two connections is lost.',
  tags: ['demo'],
  parameters: ['idInPath', 'topic', 'lane', 'rttMs', 'fault'].map(parameterRef),
  responses: {
    '200': {
      description: 'Events until the client goes.',
      headers: { 'cache-control': headerRef('cache-control') },
      content: {
        [SSE_CONTENT_TYPE]: {
          schema: TEXT,
          'x-events': { message: { description: "The record's value." }, ping: schemaRef('Ping') },
        },
      },
    },
    ...problems(...ARTICLE),
  },
};

/** Only with DEMO=1; elsewhere 404. */
export const DEMO_PATHS: Paths = {
  '/api/feeds/{id}/events': {
    post: {
      operationId: 'publishEvent',
      summary: 'Appends one JSON value to a feed',
      tags: ['demo'],
      parameters: [...['idInPath', 'topic', 'end'].map(parameterRef), ...CONDITIONS],
      requestBody: { required: true, content: { 'application/json': { schema: {} } } },
      responses: {
        '201': json('It is stored.', object({ topic: TEXT, partition: WHOLE, offset: WHOLE, pod: TEXT })),
        ...problems(
          ...WRITING,
          'id-too-long',
          'id-undecodable',
          'topic-unknown',
          'publish-impossible',
          'record-log-unavailable',
          'fault-refused',
        ),
      },
    },
  },
  '/api/article/{id}': {
    get: article,
    head: {
      operationId: 'articleStreamHeaders',
      summary: 'The headers of that stream',
      tags: ['demo'],
      parameters: article.parameters ?? [],
      responses: {
        '200': headersOnly(SSE_CONTENT_TYPE),
        ...withoutBody(problems(...ARTICLE)),
      },
    },
  },
  '/api/demo/faults': {
    post: {
      operationId: 'orderFault',
      summary: 'Orders a fault of a pod, of its consumer, or of the broker',
      tags: ['demo'],
      parameters: CONDITIONS,
      requestBody: { required: true, content: { 'application/json': { schema: POD_FAULT } } },
      responses: {
        '202': json('It is stored, and who can obeys.', object({ id: TEXT })),
        ...problems(...WRITING, 'pod-unknown', 'fault-impossible', 'record-log-unavailable', 'fault-refused'),
      },
    },
  },
};
