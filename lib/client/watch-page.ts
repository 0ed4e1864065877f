/** What a connection must know of its page. */
export interface PageHandlers {
  /** The page goes, perhaps into the back/forward cache, out of which an open connection would keep it. */
  readonly onHide: () => void;
  /** It came back out of that cache, with all its variables and no connection. */
  readonly onRestore: () => void;
  /** The machine has a network again. */
  readonly onOnline: () => void;
}

/** Listens on the window until `signal` ends. */
export function watchPage(page: EventTarget, signal: AbortSignal, handlers: PageHandlers): void {
  page.addEventListener('pagehide', () => handlers.onHide(), { signal });
  page.addEventListener('online', () => handlers.onOnline(), { signal });
  page.addEventListener(
    'pageshow',
    (event) => {
      if ('persisted' in event && event.persisted === true) handlers.onRestore();
    },
    { signal },
  );
}
