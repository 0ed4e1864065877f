import { orderFault } from '#lib/server/demo/order-fault.ts';
import { answerInDemo } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';

export const dynamic = 'force-dynamic';

/** Demo only: orders a fault of a pod, its consumer or the broker. */
export function POST(request: Request): Promise<Response> {
  return answerInDemo(request, ({ caller }) => orderFault(request, { ...getRuntime(), caller }));
}
