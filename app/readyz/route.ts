import { answerAnybody } from '#lib/server/doors.ts';
import { readinessOf } from '#lib/server/readiness.ts';
import { getRuntime } from '#lib/server/runtime.ts';

export const dynamic = 'force-dynamic';

/** 200 when this pod should be sent clients, else 503, and in both cases why. */
export function GET(request: Request): Promise<Response> {
  return answerAnybody(request, () => {
    const readiness = readinessOf(getRuntime());
    return Response.json(readiness, { status: readiness.ready ? 200 : 503 });
  });
}
