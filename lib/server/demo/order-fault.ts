import { parsePodFault } from '../../protocol/control-parse.ts';
import { FeedlineError } from '../../protocol/errors.ts';
import { readJsonBody, refuseCrossSite } from '../transport/json-request.ts';
import type { DemoControl } from './control.ts';

/**
 * Orders one fault: 202 with `{ id }`, which its outcomes have too.
 *
 * @throws FeedlineError `not-found` outside the demo, `cross-site`, `media-type`, `body-invalid`, `body-too-large`,
 *   `pod-unknown`, `fault-impossible`, `record-log-unavailable`
 */
export async function orderFault(request: Request, control: DemoControl | undefined): Promise<Response> {
  if (control === undefined) throw new FeedlineError('not-found', 'Faults are ordered here only in the demo (DEMO=1).');
  refuseCrossSite(request);
  const fault = parsePodFault(JSON.parse((await readJsonBody(request)).toString('utf8')));
  if (fault === null) {
    const kinds = 'kill-pod (pod), stop-consumer (pod, forMs) or kill-broker (forMs), with forMs from 100 to 60,000';
    throw new FeedlineError('body-invalid', `The body is no fault: its "kind" should be ${kinds}.`);
  }
  return Response.json({ id: await control.order(fault) }, { status: 202 });
}
