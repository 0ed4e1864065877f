import type { ErrorCode } from '../../protocol/errors.ts';
import { SSE_CONTENT_TYPE } from '../../protocol/sse.ts';
import {
  gateProblems,
  headersOnly,
  json,
  NOT_A_WATCHER,
  POLL_EMPTY,
  POLL_EVENTS,
  PREFLIGHT,
  problems,
  STREAM,
  STREAM_OVER,
  UNKNOWN_CALLER,
  WITHOUT_PLACE,
  withoutBody,
} from './answers.ts';
import { type Operation, type Paths, parameterRef, type Reference, schemaRef } from './openapi.ts';

const ID_CODES = ['id-too-long', 'id-undecodable'] as const;

const READING = ['lastEventId', 'after', 'topic', 'format', 'last', 'from', 'lane', 'rttMs', 'fault'].map(parameterRef);

interface Form {
  /** Ends the operations' IDs. */
  readonly name: string;
  readonly id: readonly Reference[];
  /** What can be wrong with the ID: a path without one is another path. */
  readonly codes: readonly ErrorCode[];
}

const BY_PATH: Form = { name: 'ByPath', id: [parameterRef('idInPath')], codes: ID_CODES };
const BY_QUERY: Form = { name: 'ByQuery', id: [parameterRef('idInQuery')], codes: ['id-empty', ...ID_CODES] };
const BY_ARTICLE: Form = { name: 'ByArticle', id: [parameterRef('idInPath')], codes: ID_CODES };
/** The article's URL with nothing where the ID should be. */
const WITHOUT_ID: Form = { name: 'WithoutId', id: [], codes: ['id-empty'] };

function preflight(operationId: string, tags: readonly string[], { id }: Form): Operation {
  return {
    operationId,
    summary: 'CORS preflight',
    tags,
    parameters: id,
    responses: { '204': PREFLIGHT, ...gateProblems() },
  };
}

function streamOf(form: Form) {
  const tags = ['streams'];
  const parameters = [...form.id, ...READING];
  const codes = [...NOT_A_WATCHER, ...form.codes, 'topic-unknown', 'fault-refused'] as const;
  const about = { tags, parameters };
  const get: Operation = {
    ...about,
    operationId: `stream${form.name}`,
    summary: 'The events of one ID, as they come',
    description: 'Server-Sent Events. While the pod cannot tell where to begin, the stream is open and pings.',
    responses: { '200': STREAM, '204': STREAM_OVER, ...problems(...codes, ...WITHOUT_PLACE) },
  };
  const head: Operation = {
    ...about,
    operationId: `streamHeaders${form.name}`,
    summary: 'The headers of a stream',
    responses: { '200': headersOnly(SSE_CONTENT_TYPE), ...withoutBody(problems(...codes)) },
  };
  return { get, head, options: preflight(`streamPreflight${form.name}`, tags, form) };
}

function pollOf(form: Form) {
  const tags = ['polls'];
  const parameters = [...form.id, ...READING, parameterRef('waitMs')];
  const reading = ['topic-unknown', 'not-ready', 'draining', 'fault-refused'] as const;
  const refused = problems(...NOT_A_WATCHER, ...form.codes, ...reading, ...WITHOUT_PLACE);
  const get: Operation = {
    operationId: `poll${form.name}`,
    summary: 'The next events of one ID, or none within a time',
    tags,
    parameters,
    responses: { '200': POLL_EVENTS, '204': POLL_EMPTY, ...refused },
  };
  const head: Operation = {
    operationId: `pollHeaders${form.name}`,
    summary: 'The headers of a poll',
    tags,
    parameters,
    responses: {
      '200': headersOnly('application/json'),
      ...withoutBody(problems(...NOT_A_WATCHER, ...form.codes, 'topic-unknown', 'fault-refused')),
    },
  };
  return { get, head, options: preflight(`pollPreflight${form.name}`, tags, form) };
}

function withoutId() {
  const { get, head, options } = streamOf(WITHOUT_ID);
  const refused = problems(...UNKNOWN_CALLER, 'id-empty');
  // Whoever reads the ID takes a place before.
  const refusedGet = problems(...UNKNOWN_CALLER, 'id-empty', ...WITHOUT_PLACE);
  const about = { summary: 'Says that the ID is missing', parameters: [] };
  return {
    get: { ...get, ...about, responses: refusedGet },
    head: { ...head, ...about, responses: withoutBody(refused) },
    options,
  };
}

/** What is for everybody: feeds, read. */
export const FEED_PATHS: Paths = {
  '/getData': withoutId(),
  '/getData/{id}': streamOf(BY_ARTICLE),
  '/api/feeds/{id}/stream': streamOf(BY_PATH),
  '/api/feeds/stream': streamOf(BY_QUERY),
  '/api/feeds/{id}/poll': pollOf(BY_PATH),
  '/api/feeds/poll': pollOf(BY_QUERY),
  '/api/feeds': {
    get: {
      operationId: 'listFeeds',
      summary: 'The IDs that this pod has seen lately and that the caller may watch, newest first',
      tags: ['feeds'],
      parameters: ['topic', 'prefix', 'limit', 'since', 'rttMs', 'fault'].map(parameterRef),
      responses: {
        '200': json('The list.', schemaRef('FeedList')),
        ...problems(...UNKNOWN_CALLER, 'topic-unknown', 'fault-refused'),
      },
    },
    options: {
      operationId: 'listFeedsPreflight',
      summary: 'CORS preflight',
      tags: ['feeds'],
      responses: { '204': PREFLIGHT, ...gateProblems() },
    },
  },
};
