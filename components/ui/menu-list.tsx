'use client';

import { Menu as Base } from '@base-ui/react/menu';
import { Check, type LucideIcon } from 'lucide-react';
import type { RefObject } from 'react';

export interface ChoiceListProps<T extends string> {
  /** The button that opens it, which it hangs from and gives the focus back to. */
  readonly anchor: RefObject<HTMLButtonElement | null>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly options: readonly { readonly value: T; readonly words: string; readonly icon: LucideIcon }[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
}

/** See `menu.tsx`. */
export function ChoiceList<T extends string>(props: ChoiceListProps<T>) {
  const { anchor, open, onOpenChange, options, chosen, onChoose } = props;
  return (
    <Base.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={6} align="end" className="z-20 outline-none">
          <Base.Popup
            finalFocus={anchor}
            className="fade-popup rounded-md border border-line bg-surface p-1 outline-none"
          >
            <Base.RadioGroup value={chosen} onValueChange={onChoose}>
              {options.map(({ value, words, icon: Icon }) => (
                <Base.RadioItem
                  key={value}
                  value={value}
                  closeOnClick
                  className="grid cursor-pointer grid-cols-[1rem_1fr_1rem] items-center gap-2.5 rounded px-2.5 py-1.5 outline-none data-highlighted:bg-ink data-highlighted:text-surface"
                >
                  <Icon className="size-4" aria-hidden="true" />
                  {words}
                  <Base.RadioItemIndicator>
                    <Check className="size-4" aria-hidden="true" />
                  </Base.RadioItemIndicator>
                </Base.RadioItem>
              ))}
            </Base.RadioGroup>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
