import type { MouseEvent } from 'react';
import { feedListUrl } from '#components/shell/feed-href.ts';

/** Shows a feed beside the list: only the URL changes, without asking the server. */
export function selectFeed(id: string): void {
  window.history.pushState(null, '', feedListUrl(id));
}

/** A plain click on the link of a feed selects it; any other one does what it does with every link. */
export function selectOnClick(event: MouseEvent, id: string): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  selectFeed(id);
}
