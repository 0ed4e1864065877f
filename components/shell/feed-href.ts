import { FeedlineError } from '#lib/protocol/errors.ts';
import { checkFeedId } from '#lib/protocol/feed-id.ts';
import { canBeInPath, feedPageUrl } from '#lib/protocol/paths.ts';

/** The query parameter of `/feeds` that says which feed it shows. */
export const SELECTED_FEED = 'feed';

/** The list of feeds, with this one shown beside it. */
export function feedListUrl(id: string): string {
  return `/feeds?${new URLSearchParams({ [SELECTED_FEED]: id })}`;
}

/** The page of a feed; the list for the two IDs that no path can carry. */
export function feedHref(id: string): string {
  return canBeInPath(id) ? feedPageUrl(id) : feedListUrl(id);
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
