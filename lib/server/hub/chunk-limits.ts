/** A write stays near this size, so that a sink with little room is not flooded by one that joins much. */
export const CHUNK_BYTES = 65_536;
/** The same as a number of events. */
export const CHUNK_EVENTS = 500;
