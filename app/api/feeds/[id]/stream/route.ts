import { streamDoor } from '#lib/server/doors.ts';

export const dynamic = 'force-dynamic';

/** The stream of a feed whose ID a path can carry. */
export const { GET, HEAD, OPTIONS } = streamDoor({ segment: 2 });
