import { pollDoor } from '#lib/server/doors.ts';

export const dynamic = 'force-dynamic';

/** One poll of a feed by `?id=`, which can carry any ID. */
export const { GET, HEAD, OPTIONS } = pollDoor('query');
