import { pollDoor } from '#lib/server/doors.ts';

export const dynamic = 'force-dynamic';

/** One poll of a feed whose ID a path can carry. */
export const { GET, HEAD, OPTIONS } = pollDoor({ segment: 2 });
