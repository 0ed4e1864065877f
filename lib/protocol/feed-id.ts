import { FEED_ID_MAX_BYTES } from './constants.ts';
import { FeedlineError } from './errors.ts';

const encoder = new TextEncoder();

/**
 * Takes a path segment or query value as it stood in the URL, percent-decodes it once and checks it.
 *
 * @throws FeedlineError `id-undecodable` (not UTF-8, or a broken escape), `id-empty`, `id-too-long` (over 256 bytes)
 */
export function parseFeedId(encoded: string): string {
  return checkFeedId(decodeOnce(encoded));
}

/** The same check for an ID that is already decoded, such as one that was typed. */
export function checkFeedId(id: string): string {
  if (id === '') throw new FeedlineError('id-empty', 'The feed ID is empty: put it in the path or in ?id=.');
  const bytes = encoder.encode(id).length;
  if (bytes > FEED_ID_MAX_BYTES) {
    throw new FeedlineError('id-too-long', `The feed ID has ${bytes} bytes; at most ${FEED_ID_MAX_BYTES} are allowed.`);
  }
  return id;
}

function decodeOnce(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    const message = 'The feed ID is not valid percent-encoded UTF-8: encode it with encodeURIComponent.';
    throw new FeedlineError('id-undecodable', message, { cause });
  }
}
