'use client';

import { lazy, Suspense, useEffect, useState } from 'react';

const TooltipPopup = lazy(() => import('./tooltip-popup.tsx').then((module) => ({ default: module.TooltipPopup })));

/** Long enough that a pointer on its way across the page opens none; ms. */
const DELAY_MS = 400;
/** Long enough for the pointer to get from the control to its hint; ms. */
const CLOSE_DELAY_MS = 120;

interface Hint {
  readonly anchor: Element;
  readonly text: string;
  readonly isOpen: boolean;
}

/**
 * Shows the `data-hint` of whatever the pointer rests on or the focus is on: one for the whole page, loaded with the
 * first. Hints are for the eye alone: what must also be read aloud belongs into a label or a description.
 */
export function Tooltip() {
  const [hint, setHint] = useState<Hint | null>(null);

  useEffect(() => {
    const life = new AbortController();
    const { signal } = life;
    let timer: ReturnType<typeof setTimeout> | undefined;
    function show(anchor: Element | null, delayMs: number): void {
      clearTimeout(timer);
      timer = setTimeout(() => setHint((before) => nextHint(before, anchor)), delayMs);
    }
    function onPointer({ target, pointerType }: PointerEvent): void {
      clearTimeout(timer);
      // A finger has nothing to rest with: it presses.
      if (pointerType === 'touch' || isPopup(target)) return;
      const anchor = hintedBy(target);
      show(anchor, anchor === null ? CLOSE_DELAY_MS : DELAY_MS);
    }
    function onFocus({ target }: FocusEvent): void {
      const isByKeyboard = target instanceof Element && target.matches(':focus-visible');
      show(isByKeyboard ? hintedBy(target) : null, 0);
    }
    function onKey({ key }: KeyboardEvent): void {
      if (key === 'Escape') show(null, 0);
    }
    const close = (): void => show(null, 0);
    window.addEventListener('pointerover', onPointer, { signal });
    window.addEventListener('pointerdown', close, { signal });
    window.addEventListener('focusin', onFocus, { signal });
    window.addEventListener('focusout', close, { signal });
    window.addEventListener('keydown', onKey, { signal });
    signal.addEventListener('abort', () => clearTimeout(timer));
    return () => life.abort();
  }, []);

  return <Suspense>{hint !== null && <TooltipPopup {...hint} />}</Suspense>;
}

/** While it fades out it keeps its text and its place. */
function nextHint(before: Hint | null, anchor: Element | null): Hint | null {
  const text = anchor?.getAttribute('data-hint') ?? null;
  if (anchor !== null && text !== null) return { anchor, text, isOpen: true };
  return before === null ? null : { ...before, isOpen: false };
}

function hintedBy(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest('[data-hint]') : null;
}

function isPopup(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-tooltip]') !== null;
}
