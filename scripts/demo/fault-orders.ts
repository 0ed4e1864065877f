import { setTimeout as delay } from 'node:timers/promises';
import { HeaderName } from '#lib/protocol/constants.ts';
import { CONTROL_TOPIC, FAULTS_FEED, type FaultOrder } from '#lib/protocol/control.ts';
import { parseFaultOrder } from '#lib/protocol/control-parse.ts';
import { asFields, asText } from '#lib/protocol/fields.ts';
import { pollUrl } from '#lib/protocol/paths.ts';

const RETRY_MS = 250;
/**
 * A pod whose consumer is stopped hears no order, and would keep a long poll until one is too old: the next question goes
 * to another pod. No whole number of seconds, so that it does not keep step with what clients ask of the same balancer.
 */
const WAIT_MS = 1_700;

/** Hears each order from now on, by long polling like anybody else's program, until `signal` ends. */
export async function followOrders(
  baseUrl: string,
  signal: AbortSignal,
  onOrder: (order: FaultOrder) => void,
): Promise<void> {
  let cursor = '';
  while (!signal.aborted) {
    const answer = await ask(baseUrl, cursor, signal).catch(() => undefined);
    if (answer === undefined) await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    else {
      cursor = answer.cursor;
      for (const order of answer.orders) onOrder(order);
    }
  }
}

interface Answer {
  readonly cursor: string;
  readonly orders: readonly FaultOrder[];
}

/** Undefined where it was none: then the same is asked again. */
async function ask(baseUrl: string, after: string, signal: AbortSignal): Promise<Answer | undefined> {
  // Without a cursor the first question only asks where now is.
  const about = after === '' ? { waitMs: 0 } : { waitMs: WAIT_MS, after };
  const url = `${baseUrl}${pollUrl(FAULTS_FEED, about.waitMs, { topic: CONTROL_TOPIC, after: about.after })}`;
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (response.status === 204) return { cursor: response.headers.get(HeaderName.cursor) ?? after, orders: [] };
  if (!response.ok) return undefined;
  const body = asFields(JSON.parse(text));
  const events = Array.isArray(body?.events) ? body.events : [];
  const orders = events.map((event) => orderOf(asFields(event)?.data)).filter((order) => order !== null);
  return { cursor: asText(body?.cursor), orders };
}

function orderOf(data: unknown): FaultOrder | null {
  try {
    return parseFaultOrder(JSON.parse(asText(data)));
  } catch {
    // Anybody may write to the topic; a gap has no data at all.
    return null;
  }
}
