import { answer } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';

export const dynamic = 'force-dynamic';

/** How this pod is, in numbers. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async () => Response.json(await getRuntime().status()));
}
