import { useEffect, useEffectEvent } from 'react';

/** Where a key belongs to the control that has the focus. */
const TYPING = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';
/** A menu finds its items by what is typed. */
const MENU = '[role="menu"]';
const PRESSED_BY_SPACE = 'button, summary, input, [role="button"]';

/** Runs `act` when `key` (as `KeyboardEvent.key`) is pressed, unless someone types or a dialog is open. */
export function useKey(key: string, act: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== key || event.defaultPrevented || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const life = new AbortController();
    window.addEventListener('keydown', (event) => onKey(event), { signal: life.signal });
    return () => life.abort();
  }, []);
}

function isTaken(event: KeyboardEvent): boolean {
  if (document.querySelector('[data-modal]') !== null) return true;
  const { target } = event;
  if (!(target instanceof Element)) return false;
  return (
    target.closest(TYPING) !== null ||
    target.closest(MENU) !== null ||
    (event.key === ' ' && target.closest(PRESSED_BY_SPACE) !== null)
  );
}
