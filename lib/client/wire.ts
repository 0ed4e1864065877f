/**
 * Parses what the server sends, at the edge: behind it types are trusted. A body that is not what it should be gives
 * null, and the caller says what that means there.
 */
import { GapReason, GapResume, RecordLogKind } from '#lib/protocol/constants.ts';
import type { CutData, FeedList, FeedListItem, GapData, HelloData, PingData, Readiness } from '#lib/protocol/events.ts';
import { parseJson } from './payload.ts';

type Fields = Readonly<Record<string, unknown>>;

export function parseHello(data: string): Pick<HelloData, 'serverTimeMs' | 'pingMs' | 'watchdogMs'> | null {
  const fields = asFields(parseJson(data));
  const serverTimeMs = asNumber(fields?.serverTimeMs);
  const pingMs = asNumber(fields?.pingMs);
  const watchdogMs = asNumber(fields?.watchdogMs);
  if (serverTimeMs === null || pingMs === null || watchdogMs === null) return null;
  return { serverTimeMs, pingMs, watchdogMs };
}

export function parsePing(data: string): Pick<PingData, 'serverTimeMs'> | null {
  const serverTimeMs = asNumber(asFields(parseJson(data))?.serverTimeMs);
  return serverTimeMs === null ? null : { serverTimeMs };
}

export function parseCut(data: string): CutData | null {
  const retryMs = asNumber(asFields(parseJson(data))?.retryMs);
  return retryMs === null ? null : { retryMs };
}

/** A newer server may know reasons that this page does not: they become null, and the gap is told all the same. */
export function parseGap(data: string): {
  readonly reason: GapData['reason'] | null;
  readonly resumesAt: GapData['resumesAt'] | null;
} {
  const fields = asFields(parseJson(data));
  return {
    reason: asOneOf(Object.values(GapReason), fields?.reason),
    resumesAt: asOneOf(Object.values(GapResume), fields?.resumesAt),
  };
}

export function parseReadiness(body: unknown): Readiness | null {
  const fields = asFields(body);
  const status = asOneOf(['ready', 'starting', 'degraded', 'draining'] as const, fields?.status);
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
  };
}

export function parseFeedList(body: unknown): FeedList | null {
  const fields = asFields(body);
  if (fields === null || !Array.isArray(fields.feeds)) return null;
  const feeds = fields.feeds.map(parseFeedListItem).filter((item) => item !== null);
  return { topic: asText(fields.topic), feeds };
}

function parseFeedListItem(item: unknown): FeedListItem | null {
  const fields = asFields(item);
  const records = asNumber(fields?.records);
  const lastRecordAtMs = asNumber(fields?.lastRecordAtMs);
  const id = fields?.id;
  if (typeof id !== 'string' || records === null || lastRecordAtMs === null) return null;
  return { id, records, lastRecordAtMs };
}

function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function asOneOf<T extends string>(allowed: readonly T[], value: unknown): T | null {
  return allowed.find((item) => item === value) ?? null;
}
