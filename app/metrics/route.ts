import { answerMetrics } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';

export const dynamic = 'force-dynamic';

/** Prometheus text format. */
export function GET(request: Request): Promise<Response> {
  return answerMetrics(request, async () => {
    const { metrics } = getRuntime();
    return new Response(await metrics.render(), { headers: { 'content-type': metrics.contentType } });
  });
}
