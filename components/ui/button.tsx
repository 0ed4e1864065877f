import type { ComponentProps } from 'react';

interface ButtonProps extends ComponentProps<'button'> {
  /** As wide as it is high, for a single sign; give it an `aria-label`. */
  readonly isSquare?: boolean;
  /** A few words beside it, while the pointer rests on it: see `tooltip.tsx`. */
  readonly 'data-hint'?: string;
}

/** A plain button; its text says what it does. Disabled it does nothing, and keeps the focus of who has just pressed it. */
export function Button({ isSquare = false, disabled = false, onClick, ...props }: ButtonProps) {
  const look =
    'fade-state inline-flex h-8 shrink-0 items-center justify-center gap-2 rounded-md border border-line bg-surface font-medium hover:border-line-strong aria-disabled:opacity-50';
  return (
    <button
      type="button"
      className={`${look} ${isSquare ? 'w-8' : 'px-3'}`}
      aria-disabled={disabled || undefined}
      onClick={disabled ? (event) => event.preventDefault() : onClick}
      {...props}
    />
  );
}
