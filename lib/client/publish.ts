import { asFields, asText } from '#lib/protocol/fields.ts';
import { publishUrl } from '#lib/protocol/paths.ts';
import { parseJson } from './payload.ts';
import { parseProblem } from './wire.ts';

/** Longer than a record log needs that is there, ms. */
const TIMEOUT_MS = 10_000;

export type Published =
  /** `pod`: the one that has taken it. */
  | {
      readonly kind: 'stored';
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly pod: string;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** What is wrong with a text that should be one JSON value, as a sentence; null when nothing is. */
export function jsonProblem(text: string): string | null {
  if (text.trim() === '') return 'Type one JSON value.';
  if (parseJson(text) !== undefined) return null;
  return 'This is not JSON: names and texts stand in double quotes, and nothing follows the last element.';
}

/**
 * An object that does not say when it was produced is told so, in the text itself: written anew from its value it
 * would lose digits of large numbers.
 */
export function withProducedAt(text: string, nowMs: number): string {
  const fields = asFields(parseJson(text));
  if (fields === null || 'producedAtMs' in fields) return text;
  const open = text.trimEnd().slice(0, -1).trimEnd();
  return `${open}${Object.keys(fields).length === 0 ? '' : ','} "producedAtMs": ${nowMs} }`;
}

/** Publishes one event, with `isEnd` as the last of its feed; demo only. */
export async function publishEvent(id: string, text: string, isEnd: boolean): Promise<Published> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: text };
  try {
    const response = await fetch(publishUrl(id, isEnd), { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return readAnswer(response.status, await response.text());
  } catch {
    // No answer: whether the event is stored, the feed itself will show.
    return { kind: 'refused', reason: 'The server cannot be reached. If the event was stored, it shows in the tape.' };
  }
}

function readAnswer(status: number, text: string): Published {
  const { topic, partition, offset, pod } = asFields(parseJson(text)) ?? {};
  if (status === 201 && typeof topic === 'string') {
    return { kind: 'stored', topic, partition: Number(partition), offset: Number(offset), pod: asText(pod) };
  }
  const problem = parseProblem(text);
  const reason =
    problem === null ? `The server answered with status ${status}.` : `${problem.detail} (${problem.code})`;
  return { kind: 'refused', reason };
}
