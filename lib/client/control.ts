import type { PodFault } from '#lib/protocol/control.ts';
import { asFields, asText } from '#lib/protocol/fields.ts';
import { FAULTS_URL } from '#lib/protocol/paths.ts';
import { parseJson } from './payload.ts';
import { parseProblem } from './wire.ts';

const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Orders a fault, of any pod; what becomes of it is told among the outcomes, with this ID.
 *
 * @throws Error that says for people why it cannot be done
 */
export async function sendFault(fault: PodFault, fetcher: typeof fetch = fetch): Promise<{ readonly id: string }> {
  const response = await fetcher(FAULTS_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error('The server cannot be reached: nothing was done.', { cause });
  });
  const text = await response.text();
  const id = response.ok ? asText(asFields(parseJson(text))?.id) : '';
  if (id !== '') return { id };
  throw new Error(parseProblem(text)?.detail ?? `The server answered with status ${response.status}.`);
}
