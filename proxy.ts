import { FeedlineError, problemDocument } from '#lib/protocol/errors.ts';
import { parseFeedId } from '#lib/protocol/feed-id.ts';

/**
 * Next.js answers 500 to a path that it cannot decode, before any route handler runs. This runs earlier, and says what
 * is wrong. Only API paths with an escape come here, so a stream of a plain ID does not pay for it.
 */
export function proxy(request: Request): Response | undefined {
  try {
    for (const segment of new URL(request.url).pathname.split('/')) if (segment !== '') parseFeedId(segment);
    return undefined;
  } catch (error) {
    if (!(error instanceof FeedlineError)) throw error;
    const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
    return new Response(JSON.stringify(problemDocument(error)), { status: error.status, headers });
  }
}

export const config = { matcher: ['/getData/((?:.*)%(?:.*))', '/api/((?:.*)%(?:.*))'] };
