/** As much of the window as is used, so that tests can bring their own. */
export type PageLike = EventTarget & { readonly document?: { readonly visibilityState: DocumentVisibilityState } };

/** What a connection must know of its page. */
export interface PageHandlers {
  /** The page goes, perhaps into the back/forward cache, out of which an open connection would keep it. */
  readonly onGone: () => void;
  /** It came back out of that cache, with all its variables and no connection. */
  readonly onRestored: () => void;
  /** The machine has a network again. */
  readonly onOnline: () => void;
  /** Nobody sees the tab any more. */
  readonly onHidden: () => void;
  readonly onShown: () => void;
}

/** Listens on the window until `signal` ends. */
export function watchPage(page: PageLike, signal: AbortSignal, handlers: PageHandlers): void {
  page.addEventListener('pagehide', () => handlers.onGone(), { signal });
  page.addEventListener('online', () => handlers.onOnline(), { signal });
  page.addEventListener(
    'pageshow',
    (event) => {
      if ('persisted' in event && event.persisted === true) handlers.onRestored();
    },
    { signal },
  );
  page.addEventListener(
    'visibilitychange',
    () => {
      if (page.document?.visibilityState === 'hidden') handlers.onHidden();
      else handlers.onShown();
    },
    { signal },
  );
}
