'use client';

import { Zap } from 'lucide-react';
import type { Ref } from 'react';
import { Kbd } from '#components/ui/kbd.tsx';
import { useKey } from '#lib/client/hooks/use-key.ts';

interface BreakButtonProps {
  readonly ref: Ref<HTMLButtonElement>;
  /** There is no race to break. */
  readonly isDisabled: boolean;
  readonly onBreak: () => void;
}

/** The one large button of the page: begins the race anew, and breaks it three times. */
export function BreakButton({ ref, isDisabled, onBreak }: BreakButtonProps) {
  const press = (): void => {
    if (!isDisabled) onBreak();
  };
  useKey('b', press);
  return (
    <button
      ref={ref}
      type="button"
      // Not `disabled`, which would take the focus of who has just pressed it.
      aria-disabled={isDisabled || undefined}
      onClick={press}
      aria-keyshortcuts="b"
      data-hint="A drop, a killed pod and a killed broker within 40 s; the race begins anew"
      className="fade-state inline-flex h-11 shrink-0 items-center gap-2 rounded-md bg-ink px-5 text-base font-semibold text-surface hover:opacity-90 aria-disabled:opacity-50"
    >
      <Zap className="size-5" aria-hidden="true" />
      Break it
      <Kbd>b</Kbd>
    </button>
  );
}
