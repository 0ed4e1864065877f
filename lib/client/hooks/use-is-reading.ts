import { type FocusEvent, type PointerEvent, type UIEvent, useEffect, useState } from 'react';

/** Where nothing can hover, nothing tells that somebody is about to tap. */
const NO_HOVER = '(hover: none)';

/**
 * Whether somebody may be reading a box or be about to press something in it: the pointer is over it, the focus is in
 * it, or it was scrolled away from its beginning.
 */
export function useIsReading() {
  const [isHovered, setIsHovered] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  const [isScrolled, setIsScrolled] = useState(false);
  useEffect(() => setIsHovered(matchMedia(NO_HOVER).matches), []);
  const handlers = {
    onPointerEnter: () => setIsHovered(true),
    onPointerLeave: ({ pointerType }: PointerEvent) => setIsHovered(pointerType !== 'mouse'),
    onFocus: () => setIsFocused(true),
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => setIsFocused(currentTarget.contains(relatedTarget)),
    onScroll: ({ currentTarget }: UIEvent) => setIsScrolled(currentTarget.scrollTop > 0),
  };
  return { isReading: isHovered || isFocused || isScrolled, handlers };
}
