'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

export interface DrawerProps {
  readonly title: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly children: ReactNode;
}

/** Where it takes the whole width there is nothing beside it that could be reached. */
const WHOLE_WIDTH = '(width < 40rem)';

/** See `drawer.tsx`. */
export function DrawerPanel({ title, open, onOpenChange, children }: DrawerProps) {
  // Only ever in a browser, once it is opened.
  const isAlone = window.matchMedia(WHOLE_WIDTH).matches;
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} modal={isAlone ? 'trap-focus' : false} disablePointerDismissal>
      <Base.Portal>
        <Base.Popup
          data-drawer
          className="fade-popup fixed inset-y-0 right-0 z-20 flex w-full flex-col border-line bg-surface sm:w-104 sm:border-l"
        >
          <div className="flex min-h-12 items-center justify-between gap-3 border-b border-line px-4 py-2">
            <Base.Title className="text-base font-semibold">{title}</Base.Title>
            <Base.Close render={<Button isSquare />} aria-label={`Close ${title}`}>
              <X className="size-4" aria-hidden="true" />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
