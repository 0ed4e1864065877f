'use client';

import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement } from 'react';

/** Long enough that a pointer on its way across the page opens none; ms. */
const DELAY_MS = 400;

interface TooltipProps {
  readonly text: string;
  /** One element, which gets the pointer and the focus. */
  readonly children: ReactElement;
}

/**
 * A few words beside a control, while the pointer is on it or it has the focus. They are for the eye alone: what must
 * also be read aloud belongs into the control's `aria-label` or description.
 */
export function Tooltip({ text, children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger delay={DELAY_MS} render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-30">
          <Base.Popup className="fade-popup max-w-72 rounded-md bg-ink px-2.5 py-1 text-xs text-ground">
            {text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
