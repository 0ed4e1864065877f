/**
 * Parses what the server sends, at the edge: behind it types are trusted. A body that is not what it should be gives
 * null, and the caller says what that means there.
 */
import { GapReason, GapResume, RecordLogKind } from '#lib/protocol/constants.ts';
import type { ProblemDocument } from '#lib/protocol/errors.ts';
import type {
  CutData,
  Envelope,
  FeedList,
  FeedListItem,
  GapData,
  HelloData,
  PingData,
  Readiness,
  ValuePreview,
} from '#lib/protocol/events.ts';
import { asFields, asNumber, asOneOf, asText } from '#lib/protocol/fields.ts';
import { parseJson } from './payload.ts';

export interface GapFacts {
  readonly reason: GapData['reason'] | null;
  readonly resumesAt: GapData['resumesAt'] | null;
}

export interface PollAnswer {
  readonly events: readonly (
    | { readonly kind: 'record'; readonly cursor: string; readonly data: string }
    | ({ readonly kind: 'gap'; readonly cursor: string } & GapFacts)
  )[];
  readonly cursor: string;
  readonly ended: boolean;
}

export interface EnvelopeTimes extends Pick<Envelope, 'timestampMs' | 'receivedAtMs' | 'pod'> {
  /** As text; empty for a tombstone. */
  readonly value: string;
}

type HelloFacts = Pick<HelloData, 'pod' | 'pingMs' | 'watchdogMs'> & { readonly stored: number | null };

export function parseHello(data: string): HelloFacts | null {
  const fields = asFields(parseJson(data));
  const pingMs = asNumber(fields?.pingMs);
  const watchdogMs = asNumber(fields?.watchdogMs);
  if (pingMs === null || watchdogMs === null) return null;
  return { pod: asText(fields?.pod), pingMs, watchdogMs, stored: asNumber(fields?.stored) };
}

type PingFacts = Pick<PingData, 'bytes'> & { readonly busyMs: number | null; readonly pod: string };

export function parsePing(data: string): PingFacts | null {
  const fields = asFields(parseJson(data));
  const bytes = asNumber(fields?.bytes);
  return bytes === null ? null : { bytes, busyMs: asNumber(fields?.busyMs), pod: asText(fields?.pod) };
}

export function parseCut(data: string): CutData | null {
  const retryMs = asNumber(asFields(parseJson(data))?.retryMs);
  return retryMs === null ? null : { retryMs };
}

/** A newer server may know reasons that this page does not: they become null, and the gap is told all the same. */
export function parseGap(data: string): GapFacts {
  return readGap(parseJson(data));
}

/** A poll's answer. An element that is none is left out: nothing more is known of it than that. */
export function parsePollBody(text: string): PollAnswer | null {
  const fields = asFields(parseJson(text));
  if (fields === null || !Array.isArray(fields.events) || typeof fields.cursor !== 'string') return null;
  const events = fields.events.map(readPollEvent).filter((event) => event !== null);
  return { events, cursor: fields.cursor, ended: fields.ended === true };
}

/** A problem document (RFC 9457). */
export function parseProblem(text: string): { readonly code: string; readonly detail: string } | null {
  const fields = asFields(parseJson(text)) as Partial<Record<keyof ProblemDocument, unknown>> | null;
  const { code, detail } = fields ?? {};
  return typeof code === 'string' && typeof detail === 'string' ? { code, detail } : null;
}

/** `Feedline-Clock`: the server's clock as a request came in and as its answer was made, ms since 1970. */
export function parseServerClock(
  header: string | null,
): { readonly receivedAtMs: number; readonly sentAtMs: number } | null {
  const match = /^received=(\d+(?:\.\d+)?), sent=(\d+(?:\.\d+)?)$/.exec(header ?? '');
  return match === null ? null : { receivedAtMs: Number(match[1]), sentAtMs: Number(match[2]) };
}

/** What of an envelope places its record in time. */
export function parseEnvelopeTimes(data: string): EnvelopeTimes | null {
  const fields = asFields(parseJson(data));
  const timestampMs = asNumber(fields?.timestampMs);
  const receivedAtMs = asNumber(fields?.receivedAtMs);
  if (timestampMs === null || receivedAtMs === null) return null;
  return { timestampMs, receivedAtMs, pod: asText(fields?.pod), value: asText(fields?.value) };
}

function readPollEvent(item: unknown): PollAnswer['events'][number] | null {
  const fields = asFields(item);
  const { cursor, data, gap } = fields ?? {};
  if (typeof cursor !== 'string') return null;
  if (typeof data === 'string') return { kind: 'record', cursor, data };
  return asFields(gap) === null ? null : { kind: 'gap', cursor, ...readGap(gap) };
}

function readGap(value: unknown): GapFacts {
  const fields = asFields(value);
  return {
    reason: asOneOf(Object.values(GapReason), fields?.reason),
    resumesAt: asOneOf(Object.values(GapResume), fields?.resumesAt),
  };
}

export function parseReadiness(body: unknown): Readiness | null {
  const fields = asFields(body);
  const status = asOneOf(['ready', 'starting', 'degraded', 'wedged', 'draining'] as const, fields?.status);
  const recordLog = asOneOf(Object.values(RecordLogKind), fields?.recordLog);
  if (fields === null || status === null || recordLog === null) return null;
  const topics = Array.isArray(fields.topics) ? fields.topics.filter((topic) => typeof topic === 'string') : [];
  return {
    status,
    recordLog,
    topics,
    ready: fields.ready === true,
    demo: fields.demo === true,
    reason: asText(fields.reason),
    pod: asText(fields.pod),
    renewUrl: asText(fields.renewUrl) || null,
  };
}

export function parseFeedList(body: unknown): FeedList | null {
  const fields = asFields(body);
  if (fields === null || !Array.isArray(fields.feeds)) return null;
  const feeds = fields.feeds.map(parseFeedListItem).filter((item) => item !== null);
  const atMs = asNumber(fields.atMs);
  return atMs === null
    ? null
    : { topic: asText(fields.topic), atMs, total: asNumber(fields.total) ?? feeds.length, feeds };
}

function parseFeedListItem(item: unknown): FeedListItem | null {
  const fields = asFields(item);
  const records = asNumber(fields?.records);
  const lastRecordAtMs = asNumber(fields?.lastRecordAtMs);
  const recordsPerSecond = asNumber(fields?.recordsPerSecond);
  const lastValue = parseValuePreview(fields?.lastValue);
  const id = fields?.id;
  if (typeof id !== 'string' || records === null || recordsPerSecond === null || lastRecordAtMs === null) return null;
  return lastValue === null ? null : { id, records, recordsPerSecond, lastRecordAtMs, lastValue };
}

function parseValuePreview(value: unknown): ValuePreview | null {
  const fields = asFields(value);
  const bytes = asNumber(fields?.bytes);
  if (fields?.kind === 'null') return { kind: 'null' };
  if (fields?.kind === 'binary' && bytes !== null) return { kind: 'binary', bytes };
  if (fields?.kind !== 'text' || typeof fields.text !== 'string') return null;
  return { kind: 'text', text: fields.text, isCut: fields.isCut === true };
}
