import { FeedlineError } from '#lib/protocol/errors.ts';
import { answer } from '#lib/server/doors.ts';

export const dynamic = 'force-dynamic';

/** Whoever asks under `/api` reads no page, so what is not there is told as every other error is. */
export function GET(request: Request): Promise<Response> {
  return answer(request, () => {
    throw new FeedlineError('not-found', 'There is nothing at this address: see PROTOCOL.md.');
  });
}

export { GET as DELETE, GET as PATCH, GET as POST, GET as PUT };
