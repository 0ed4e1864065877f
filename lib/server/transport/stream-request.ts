import { FAULTS_MAX, parseFault } from '../../protocol/connection-fault.ts';
import {
  ADDED_RTT_MAX_MS,
  Beginning,
  EventFormat,
  HeaderName,
  POLL_WAIT_MAX_MS,
  POLL_WAIT_MS,
  QueryName,
} from '../../protocol/constants.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import { parseFeedId } from '../../protocol/feed-id.ts';
import type { Begin, BeginRequest } from '../hub/begin.ts';
import { FaultPlan, type StreamTerms } from './fault-plan.ts';

/** The most that `?last=` may ask for; `BEGIN_RECORDS` is the bound that counts. */
const LAST_MAX = 999_999_999;

/** What a client asks of a stream. */
export interface StreamRequest extends BeginRequest {
  readonly format: EventFormat;
  /** What its faults put in the place of the settings. */
  readonly terms: StreamTerms;
  /** From then on nothing may be sent to its caller, ms since 1970; undefined where that never comes. */
  readonly expiresAtMs?: number | undefined;
}

/** What a client asks of a poll. */
export interface PollRequest extends StreamRequest {
  /** How long to wait for an event, ms; 0 is answered at once. */
  readonly waitMs: number;
}

/** Where in the path the ID stands: `/getData/{id}` → 1, `/api/feeds/{id}/stream` → 2; or in the query. */
export type IdPlace = { readonly segment: number } | 'query';

/** What its caller has a right to. */
export interface Right {
  readonly expiresAtMs: number | undefined;
  mayWatch(topic: string, id: string): boolean;
}

/** Where the parts of a request are, and what its server serves. */
interface Asked {
  /** Path and query as they came over the wire. */
  readonly target: string;
  readonly place: IdPlace;
  readonly topics: readonly string[];
  readonly caller: Right;
  readonly faults: Pick<FaultPlan, 'losesCursor' | 'terms'>;
}

/**
 * Reads and checks the URL and the headers.
 *
 * @throws FeedlineError with the code that fits
 */
export function readStreamRequest(request: Request, { target, place, topics, caller, faults }: Asked): StreamRequest {
  const url = new URL(target, request.url);
  const begin = readBegin(request, url.searchParams);
  return {
    ...readFeed(url, { place, topics, caller }),
    format: readFormat(url),
    begin: faults.losesCursor ? { at: Beginning.now } : begin,
    terms: faults.terms,
    expiresAtMs: caller.expiresAtMs,
  };
}

/** The same for a poll. */
export function readPollRequest(request: Request, asked: Asked): PollRequest {
  const { searchParams } = new URL(asked.target, request.url);
  const waitMs = readWhole(searchParams, QueryName.waitMs, POLL_WAIT_MAX_MS) ?? POLL_WAIT_MS;
  return { ...readStreamRequest(request, asked), waitMs };
}

/** The faults of this connection: for the demo's page to show what they cost, nothing for anyone else. */
export function readFaultPlan(url: URL, about: { readonly isDemo: boolean; readonly openedAtMs: number }): FaultPlan {
  const texts = url.searchParams.getAll(QueryName.fault);
  if (texts.length > 0 && !about.isDemo) {
    throw new FeedlineError('query-invalid', `?${QueryName.fault}= is obeyed only in the demo (DEMO=1).`);
  }
  if (texts.length > FAULTS_MAX) {
    throw new FeedlineError('query-invalid', `At most ${FAULTS_MAX} times ?${QueryName.fault}=.`);
  }
  const faults = texts.map((text) => {
    const fault = parseFault(text);
    if (fault !== null) return fault;
    throw new FeedlineError('query-invalid', `?${QueryName.fault}= is no fault: "${text}". See PROTOCOL.md.`);
  });
  return new FaultPlan(faults, about.openedAtMs);
}

/** The round trip to add, ms: a condition of the demo's comparison, nothing for anyone else. */
export function readAddedRttMs(url: URL, isDemo: boolean): number {
  const rttMs = readWhole(url.searchParams, QueryName.rttMs, ADDED_RTT_MAX_MS) ?? 0;
  if (rttMs === 0 || isDemo) return rttMs;
  throw new FeedlineError('query-invalid', `?${QueryName.rttMs}= adds a round trip only in the demo (DEMO=1).`);
}

/** EventSource repeats its URL at every reconnect, so the header is the newest of all that says where to begin. */
function readBegin(request: Request, query: URLSearchParams): Begin {
  const cursor = request.headers.get(HeaderName.lastEventId) || query.get(QueryName.after);
  const count = readWhole(query, QueryName.last, LAST_MAX);
  const from = readFrom(query);
  if (cursor) return { at: 'cursor', cursor };
  return count === undefined ? { at: from } : { at: 'last', count };
}

function readFrom(query: URLSearchParams): Beginning {
  const text = query.get(QueryName.from) ?? Beginning.now;
  const from = Object.values(Beginning).find((known) => known === text);
  if (from !== undefined) return from;
  throw new FeedlineError('query-invalid', `?${QueryName.from}= should be now or earliest, not "${text}".`);
}

/** @throws FeedlineError `query-invalid` where the parameter is there and no whole number from 0 to `max` */
export function readWhole(query: URLSearchParams, name: string, max: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text) && Number(text) <= max) return Number(text);
  throw new FeedlineError('query-invalid', `?${name}= should be a whole number from 0 to ${max}, not "${text}".`);
}

/**
 * The feed that is asked for, if its caller may watch it. Whether there is such a topic is looked at behind that: who
 * may not watch it learns nothing.
 *
 * @throws FeedlineError `forbidden`, the same whether there is such a feed or topic or not; else what is wrong
 */
export function readFeed(
  url: URL,
  { place, topics, caller }: Pick<Asked, 'place' | 'topics' | 'caller'>,
): { readonly topic: string; readonly id: string } {
  const id = readFeedId(url, place);
  const asked = url.searchParams.get(QueryName.topic) ?? topics[0] ?? '';
  if (!caller.mayWatch(asked, id)) throw new FeedlineError('forbidden', 'This feed is not yours to watch.');
  return { topic: readTopic(url, topics), id };
}

/** The ID, taken from the raw path so that it is percent-decoded exactly once. */
function readFeedId(url: URL, place: IdPlace): string {
  if (place === 'query') return parseFeedId(rawQueryValue(url, QueryName.id));
  return parseFeedId(url.pathname.split('/')[place.segment + 1] ?? '');
}

/** As it stands in the URL: `URLSearchParams` would turn bytes that are not UTF-8 into U+FFFD, another ID. */
function rawQueryValue(url: URL, name: string): string {
  const part = url.search
    .slice(1)
    .split('&')
    .find((candidate) => candidate.startsWith(`${name}=`));
  return part?.slice(name.length + 1).replaceAll('+', ' ') ?? '';
}

/** The topic asked for, else the first of the list. */
export function readTopic(url: URL, topics: readonly string[]): string {
  const topic = url.searchParams.get(QueryName.topic) ?? topics[0] ?? '';
  if (topics.includes(topic)) return topic;
  throw new FeedlineError('topic-unknown', `This server does not serve the topic "${topic}"; see KAFKA_TOPICS.`);
}

function readFormat(url: URL): EventFormat {
  const text = url.searchParams.get(QueryName.format) ?? EventFormat.raw;
  const format = Object.values(EventFormat).find((known) => known === text);
  if (format !== undefined) return format;
  throw new FeedlineError('query-invalid', `?format= should be raw or envelope, not "${text}".`);
}
