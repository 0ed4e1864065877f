import { useState } from 'react';

/**
 * Whether something has been open: from then on it stays mounted, so that it can fade out. What opens above the page is
 * loaded no earlier than that: no first visit waits for it.
 */
export function useOnceOpen(isOpen: boolean): boolean {
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  return wasOpen || isOpen;
}
