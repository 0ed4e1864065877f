import { decodeCursor } from '#lib/protocol/cursor.ts';
import type { ClientKind } from './cast.ts';
import type { Client } from './client.ts';
import { identityOf } from './inbox.ts';
import { type Judgement, judge, neighbourhood } from './oracle.ts';
import { RING_FRAMES } from './stack.ts';
import type { StoredRecord } from './stored-records.ts';

/** What one client was given, measured against the log. */
export interface ClientVerdict extends Judgement {
  readonly name: string;
  readonly kind: ClientKind;
  readonly expected: readonly string[];
  readonly delivered: readonly string[];
  readonly gaps: number;
  readonly complaints: readonly string[];
  /** Events that no ring can have held any more when they came: so many later ones of the feed were stored by then. */
  readonly readBack: number;
}

/** Between two clocks of one machine: the broker's time of storing and ours of receiving. */
const CLOCK_SLACK_MS = 100;

/** What it should have been given: all that the log holds of its feed, from where it began. */
export function dueOf(client: Client, log: readonly StoredRecord[]): StoredRecord[] {
  const { firstCursor, spec } = client.inbox;
  // The article's clients hear from before the first record on.
  const start = decodeCursor(firstCursor)?.positions ?? new Map<number, number>();
  return log.filter(({ key, partition, offset }) => key === spec.feedId && offset >= (start.get(partition) ?? 0));
}

export function verdictOf(client: Client, log: readonly StoredRecord[]): ClientVerdict {
  const { spec, deliveries, gaps, complaints } = client.inbox;
  const due = dueOf(client, log);
  const expected = due.map((record) => identityOf(spec.format, record));
  const delivered = deliveries.map(({ identity }) => identity);
  const receivedAtMs = new Map(deliveries.map((delivery) => [delivery.identity, delivery.receivedAtMs]));
  const readBack = due.filter((_, index) => {
    const pushedOut = due[index + RING_FRAMES];
    const atMs = receivedAtMs.get(expected[index] ?? '');
    return pushedOut !== undefined && atMs !== undefined && pushedOut.storedAtMs + CLOCK_SLACK_MS < atMs;
  }).length;
  return {
    ...judge(expected, delivered),
    name: spec.name,
    kind: spec.kind,
    expected,
    delivered,
    gaps: gaps.length,
    complaints,
    readBack,
  };
}

export function isClean(verdict: ClientVerdict): boolean {
  return verdict.partsAt === undefined && verdict.gaps === 0 && verdict.complaints.length === 0;
}

/** What is wrong with a client, for people. */
export function faultText(verdict: ClientVerdict): string {
  const { name, partsAt, gaps, complaints, expected, delivered } = verdict;
  const lists = partsAt === undefined ? [] : [neighbourhood(expected, delivered, partsAt)];
  const words = [...(gaps > 0 ? [`  ${gaps} gaps`] : []), ...complaints.map((complaint) => `  ${complaint}`)];
  return [`${name}:`, ...lists, ...words].join('\n');
}
