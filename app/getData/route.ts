import { streamDoor } from '#lib/server/doors.ts';

export const dynamic = 'force-dynamic';

/** Without an ID: says so. */
export const { GET, HEAD, OPTIONS } = streamDoor({ segment: 1 });
