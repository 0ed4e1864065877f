import { asFields, asText } from '#lib/protocol/fields.ts';
import { publishUrl } from '#lib/protocol/paths.ts';
import { parseJson } from '../payload.ts';
import { parseProblem } from '../wire.ts';
import { PresetError } from './preset.ts';

const TIMEOUT_MS = 10_000;

/**
 * Appends one event to a feed that is a preset's own. @returns the pod that has taken it
 *
 * @throws PresetError with the server's words
 */
export async function publishTo(id: string, value: object, signal: AbortSignal): Promise<string> {
  const response = await fetch(publishUrl(id, false), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, ...value }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const text = await response.text();
  if (response.ok) return asText(asFields(parseJson(text))?.pod);
  throw new PresetError(parseProblem(text)?.detail ?? `The server answered with status ${response.status}.`);
}
