/**
 * What every event carries: a JSON text of a fixed width, so that a reader finds each number at its place without
 * parsing. The seq begins at a thousand million, to be of one width and still a JSON number.
 *
 *     {"seq":1000000001,"at":1764105519000000,"pad":"xxx…"}
 */
export const SEQ_BASE = 1_000_000_000;
export const SEQ_AT = '{"seq":'.length;
export const SEQ_DIGITS = 10;
/** µs since 1970, of 16 digits until the year 2286. */
export const TIME_AT = SEQ_AT + SEQ_DIGITS + ',"at":'.length;
export const TIME_DIGITS = 16;
const PAYLOAD_BYTES_MIN = 64;

const FRAMING_BYTES = TIME_AT + TIME_DIGITS + ',"pad":"'.length + '"}'.length;

/** Makes the payloads of one width. */
export function payloadMaker(payloadBytes: number): (seq: number, atUs: number) => string {
  if (!(payloadBytes >= PAYLOAD_BYTES_MIN)) throw new Error(`A payload has at least ${PAYLOAD_BYTES_MIN} bytes.`);
  const end = `,"pad":"${'x'.repeat(payloadBytes - FRAMING_BYTES)}"}`;
  return (seq, atUs) => `{"seq":${SEQ_BASE + seq},"at":${atUs}${end}`;
}

/** µs since 1970, whole. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
