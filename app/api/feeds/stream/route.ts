import { streamDoor } from '#lib/server/doors.ts';

export const dynamic = 'force-dynamic';

/** The stream of a feed by `?id=`, which can carry any ID. */
export const { GET, HEAD, OPTIONS } = streamDoor('query');
