import { streamDoor } from '#lib/server/doors.ts';

export const dynamic = 'force-dynamic';

/** The article's URL for a feed's stream. */
export const { GET, HEAD, OPTIONS } = streamDoor({ segment: 1 });
