import { answer, preflight } from '#lib/server/doors.ts';
import { getRuntime } from '#lib/server/runtime.ts';

export const dynamic = 'force-dynamic';

/** How this pod is, in numbers: whoever may call at all may know them, since they name no feed. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async () => Response.json(await getRuntime().status()));
}

export function OPTIONS(): Promise<Response> {
  return preflight();
}
