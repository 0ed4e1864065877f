import type { PageLike } from '../watch-page.ts';

/** A window driven by hand. */
export class HandPage extends EventTarget implements PageLike {
  readonly document: { visibilityState: DocumentVisibilityState } = { visibilityState: 'visible' };

  show(visibilityState: DocumentVisibilityState): void {
    this.document.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}
