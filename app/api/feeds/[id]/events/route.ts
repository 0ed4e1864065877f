import { answerInDemo } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';
import { publishEvent } from '#lib/server/transport/publish.ts';

export const dynamic = 'force-dynamic';

/** Demo only: appends the body, one JSON value, as a record of this feed. */
export function POST(request: Request): Promise<Response> {
  return answerInDemo(request, ({ caller }) => publishEvent(request, { ...getRuntime(), caller }));
}
