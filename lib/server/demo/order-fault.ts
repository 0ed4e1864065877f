import { CONTROL_TOPIC, FAULTS_FEED } from '../../protocol/control.ts';
import { parsePodFault } from '../../protocol/control-parse.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import { asFields, asText } from '../../protocol/fields.ts';
import type { Config } from '../config.ts';
import { readJsonBody, refuseCrossSite } from '../transport/json-request.ts';
import type { Right } from '../transport/stream-request.ts';
import type { DemoControl } from './control.ts';

const ORDER_ID = /^[\w-]{1,64}$/;

export interface OrderContext {
  readonly config: Pick<Config, 'demoHosts'>;
  readonly control: DemoControl | undefined;
  readonly caller: Right;
}

/**
 * Orders one fault: 202 with `{ id }`, which its outcomes have too, and which the sender may give, so that it can
 * send the order again without another fault.
 *
 * @throws FeedlineError `forbidden`, `cross-site`, `media-type`, `body-invalid`, `body-too-large`,
 *   `pod-unknown`, `fault-impossible`, `record-log-unavailable`
 */
export async function orderFault(request: Request, { config, control, caller }: OrderContext): Promise<Response> {
  if (control === undefined) throw new FeedlineError('not-found', 'Faults are ordered here only in the demo (DEMO=1).');
  refuseCrossSite(request, config.demoHosts);
  // An order is an event of that feed.
  if (!caller.mayWatch(CONTROL_TOPIC, FAULTS_FEED)) {
    throw new FeedlineError('forbidden', 'Faults are not yours to order.');
  }
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
