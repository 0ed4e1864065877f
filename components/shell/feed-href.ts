import { FeedlineError } from '#lib/protocol/errors.ts';
import { checkFeedId } from '#lib/protocol/feed-id.ts';
import { feedPageUrl } from '#lib/protocol/paths.ts';

/** The query parameter of `/` that says which feed it shows. */
export const SELECTED_FEED = 'feed';

export function homeUrl(id: string): string {
  return `/?${new URLSearchParams({ [SELECTED_FEED]: id })}`;
}

/** The page of a feed; `/` for the two IDs that no path can carry, since URL parsers remove `.` and `..`. */
export function feedHref(id: string): string {
  return id === '.' || id === '..' ? homeUrl(id) : feedPageUrl(id);
}

/** What is wrong with an ID, as a sentence; null when nothing is. */
export function feedIdProblem(id: string): string | null {
  try {
    checkFeedId(id);
    return null;
  } catch (error) {
    if (error instanceof FeedlineError) return error.message;
    throw error;
  }
}
