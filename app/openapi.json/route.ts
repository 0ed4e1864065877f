import { OPENAPI_DOCUMENT } from '#lib/server/openapi/document.ts';

export const dynamic = 'force-dynamic';

/** The HTTP interface as an OpenAPI document. */
export function GET(): Response {
  return Response.json(OPENAPI_DOCUMENT, { headers: { 'cache-control': 'no-store' } });
}
