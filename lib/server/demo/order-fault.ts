import { parsePodFault } from '../../protocol/control-parse.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import { asFields, asText } from '../../protocol/fields.ts';
import { readJsonBody, refuseCrossSite } from '../transport/json-request.ts';
import type { DemoControl } from './control.ts';

const ORDER_ID = /^[\w-]{1,64}$/;

/**
 * Orders one fault: 202 with `{ id }`, which its outcomes have too, and which the sender may give, so that it can
 * send the order again without another fault.
 *
 * @throws FeedlineError `not-found` outside the demo, `cross-site`, `media-type`, `body-invalid`, `body-too-large`,
 *   `pod-unknown`, `fault-impossible`, `record-log-unavailable`
 */
export async function orderFault(request: Request, control: DemoControl | undefined): Promise<Response> {
  if (control === undefined) throw new FeedlineError('not-found', 'Faults are ordered here only in the demo (DEMO=1).');
  refuseCrossSite(request);
  const body: unknown = JSON.parse((await readJsonBody(request)).toString('utf8'));
  const fault = parsePodFault(body);
  if (fault === null) {
    const kinds = 'kill-pod (pod), stop-consumer (pod, forMs) or kill-broker (forMs), with forMs from 100 to 60,000';
    throw new FeedlineError('body-invalid', `The body is no fault: its "kind" should be ${kinds}.`);
  }
  const id = asFields(body)?.id;
  if (id !== undefined && !ORDER_ID.test(asText(id))) {
    throw new FeedlineError('body-invalid', 'The "id" of an order is 1 to 64 letters, digits, "_" and "-".');
  }
  return Response.json({ id: await control.order(fault, asText(id)) }, { status: 202 });
}
