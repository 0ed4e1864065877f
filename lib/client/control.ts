import type { PodFault } from '#lib/protocol/control.ts';
import { asFields, asText } from '#lib/protocol/fields.ts';
import { FAULTS_URL } from '#lib/protocol/paths.ts';
import { parseJson } from './payload.ts';
import { randomId } from './random-id.ts';
import { parseProblem } from './wire.ts';

const REQUEST_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
const TRIES = 4;
/** Of a load balancer whose pod did not answer. */
const NO_ANSWER = [502, 504];

/**
 * Orders a fault, of any pod; what becomes of it is told among the outcomes, with this ID. The pod that takes the order
 * may be killed by it before it can answer, so that an order without an answer is sent again, under the same ID.
 *
 * @throws Error that says for people why it cannot be done
 */
export async function sendFault(
  fault: PodFault,
  fetcher: typeof fetch = globalThis.fetch,
): Promise<{ readonly id: string }> {
  const body = JSON.stringify({ ...fault, id: randomId() });
  for (let tries = 1; ; tries += 1) {
    const answer = await post(body, fetcher);
    if (answer !== null) return { id: idOf(answer) };
    if (tries === TRIES) throw new Error('The server does not answer: whether the fault happens is not known.');
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

interface Answer {
  readonly isOk: boolean;
  readonly status: number;
  readonly text: string;
}

/** null where nobody has answered. */
async function post(body: string, fetcher: typeof fetch): Promise<Answer | null> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  try {
    const response = await fetcher(FAULTS_URL, { method: 'POST', headers, body, signal });
    const { ok: isOk, status } = response;
    return NO_ANSWER.includes(status) ? null : { isOk, status, text: await response.text() };
  } catch {
    return null;
  }
}

function idOf({ isOk, status, text }: Answer): string {
  const id = isOk ? asText(asFields(parseJson(text))?.id) : '';
  if (id !== '') return id;
  throw new Error(parseProblem(text)?.detail ?? `The server answered with status ${status}.`);
}
