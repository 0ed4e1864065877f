'use client';

import { Tooltip as Base } from '@base-ui/react/tooltip';

interface TooltipPopupProps {
  readonly anchor: Element;
  readonly text: string;
  readonly isOpen: boolean;
}

/** See `tooltip.tsx`. */
export function TooltipPopup({ anchor, text, isOpen }: TooltipPopupProps) {
  return (
    <Base.Root open={isOpen}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={6} className="z-30">
          <Base.Popup data-tooltip className="fade-popup max-w-72 rounded-md bg-ink px-2.5 py-1 text-xs text-ground">
            {text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
