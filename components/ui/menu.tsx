'use client';

import { Menu as Base } from '@base-ui/react/menu';
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactElement } from 'react';
import { Tooltip } from './tooltip.tsx';

interface ChoiceMenuProps<T extends string> {
  /** Said beside the button that opens it. */
  readonly hint: string;
  /** That button. */
  readonly trigger: ReactElement;
  readonly options: readonly { readonly value: T; readonly words: string; readonly icon: LucideIcon }[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
  /** Just before it opens. */
  readonly onOpen: () => void;
}

/** A menu of which one choice holds: arrows move in it, Enter chooses, Escape closes it. */
export function ChoiceMenu<T extends string>({ hint, trigger, options, chosen, onChoose, onOpen }: ChoiceMenuProps<T>) {
  return (
    <Base.Root modal={false} onOpenChange={(open) => open && onOpen()}>
      <Tooltip text={hint}>
        <Base.Trigger render={trigger} />
      </Tooltip>
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="end" className="z-20 outline-none">
          <Base.Popup className="fade-popup rounded-md border border-line bg-surface p-1 outline-none">
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
