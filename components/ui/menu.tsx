'use client';

import { type ComponentProps, lazy, Suspense, useRef, useState } from 'react';
import { Button } from './button.tsx';
import type { ChoiceListProps } from './menu-list.tsx';
import { useOnceOpen } from './use-once-open.ts';

const ChoiceList = lazy(() =>
  import('./menu-list.tsx').then((module) => ({ default: module.ChoiceList as typeof module.ChoiceList<string> })),
);

interface ChoiceMenuProps<T extends string> extends Pick<ChoiceListProps<T>, 'options' | 'chosen'> {
  /** Of the button that opens it. */
  readonly button: ComponentProps<typeof Button>;
  readonly onChoose: (value: T) => void;
  /** Just before it opens. */
  readonly onOpen: () => void;
}

/** A menu of which one choice holds: arrows move in it, Enter chooses, Escape closes it. */
export function ChoiceMenu<T extends string>({ button, options, chosen, onChoose, onOpen }: ChoiceMenuProps<T>) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  // A press on the button closes an open menu, as any press beside it does: the click that follows must not open it.
  const wasOpenAtPress = useRef(false);
  const isNeeded = useOnceOpen(isOpen);

  function toggle(): void {
    if (!wasOpenAtPress.current) onOpen();
    setOpen(!wasOpenAtPress.current);
    wasOpenAtPress.current = false;
  }

  return (
    <>
      <Button
        {...button}
        ref={anchor}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onPointerDown={() => {
          wasOpenAtPress.current = isOpen;
        }}
        onClick={toggle}
      />
      <Suspense>
        {isNeeded && (
          <ChoiceList
            anchor={anchor}
            open={isOpen}
            onOpenChange={setOpen}
            options={options}
            chosen={chosen}
            onChoose={(value) => {
              const found = options.find((option) => option.value === value);
              if (found !== undefined) onChoose(found.value);
            }}
          />
        )}
      </Suspense>
    </>
  );
}
