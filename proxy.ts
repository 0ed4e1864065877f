import { NextResponse } from 'next/server';
import { HeaderName } from '#lib/protocol/constants.ts';
import { FeedlineError, problemDocument } from '#lib/protocol/errors.ts';
import { parseFeedId } from '#lib/protocol/feed-id.ts';

/** The page that says what is wrong with an ID that cannot be decoded. */
const BAD_ID_PAGE = '/bad-id';

/**
 * Next.js answers 500 to a path that it cannot decode, before any route handler or page runs. This runs earlier, and
 * says what is wrong. Only paths with an escape come here, so a stream of a plain ID does not pay for it.
 */
export function proxy(request: Request): Response | undefined {
  const { pathname } = new URL(request.url);
  const error = findError(pathname);
  if (error === undefined) return undefined;
  if (pathname.startsWith('/feeds/'))
    return NextResponse.rewrite(new URL(BAD_ID_PAGE, request.url), { status: error.status });
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  // The server has seen to it that there is one.
  const requestId = request.headers.get(HeaderName.requestId) ?? '';
  return new Response(JSON.stringify(problemDocument(error, requestId)), { status: error.status, headers });
}

function findError(pathname: string): FeedlineError | undefined {
  try {
    for (const segment of pathname.split('/')) if (segment !== '') parseFeedId(segment);
    return undefined;
  } catch (error) {
    if (error instanceof FeedlineError) return error;
    throw error;
  }
}

export const config = {
  matcher: ['/getData/((?:.*)%(?:.*))', '/api/((?:.*)%(?:.*))', '/feeds/((?:.*)%(?:.*))'],
};
