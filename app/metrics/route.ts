import { getRuntime } from '#lib/server/runtime.ts';

export const dynamic = 'force-dynamic';

/** Prometheus text format. */
export async function GET(): Promise<Response> {
  const { metrics } = getRuntime();
  return new Response(await metrics.render(), {
    headers: { 'content-type': metrics.contentType, 'cache-control': 'no-store' },
  });
}
