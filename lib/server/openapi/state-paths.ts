import { gateProblems, json, PREFLIGHT, probeProblems, problems, UNKNOWN_CALLER } from './answers.ts';
import { headerRef, type Paths, parameterRef, schemaRef } from './openapi.ts';
import { object, TEXT } from './shapes.ts';

const NEVER_STORED = { 'cache-control': headerRef('cache-control') };
const DEMO_CONDITIONS = ['rttMs', 'fault'].map(parameterRef);

const NOT_READY = json('It should not, and why.', schemaRef('Readiness'));

/** How the pod is. */
export const STATE_PATHS: Paths = {
  '/healthz': {
    get: {
      operationId: 'isAlive',
      summary: 'The process lives',
      tags: ['state'],
      responses: { '200': json('It does.', object({ status: { const: 'ok' } })), ...probeProblems() },
    },
  },
  '/readyz': {
    get: {
      operationId: 'isReady',
      summary: 'Whether this pod should be sent clients',
      tags: ['state'],
      parameters: DEMO_CONDITIONS,
      responses: {
        ...problems(),
        '200': json('It should.', schemaRef('Readiness')),
        // Without a query it is a probe, and never refused for the client's rate.
        '503': {
          description: 'It should not, and why; or a problem.',
          headers: NEVER_STORED,
          content: { ...NOT_READY.content, ...problems('fault-refused')['503']?.content },
        },
      },
    },
  },
  '/api/status': {
    get: {
      operationId: 'podStatus',
      summary: 'How this pod is, in numbers',
      tags: ['state'],
      parameters: DEMO_CONDITIONS,
      responses: { '200': json('So it is.', schemaRef('PodStatus')), ...problems(...UNKNOWN_CALLER, 'fault-refused') },
    },
    options: {
      operationId: 'podStatusPreflight',
      summary: 'CORS preflight',
      tags: ['state'],
      responses: { '204': PREFLIGHT, ...gateProblems() },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Prometheus text; docs/metrics.md has each metric',
      tags: ['state'],
      responses: {
        '200': { description: 'As of now.', headers: NEVER_STORED, content: { 'text/plain': { schema: TEXT } } },
        ...gateProblems(...UNKNOWN_CALLER),
      },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'openApi',
      summary: 'This document',
      tags: ['state'],
      responses: { '200': json('It.', { type: 'object', required: ['openapi', 'info', 'paths'] }), ...gateProblems() },
    },
  },
};
