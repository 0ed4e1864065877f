'use client';

import { Button } from '#components/ui/button.tsx';
import { useKey } from '#lib/client/hooks/use-key.ts';
import { toggleTheme } from './theme.ts';

export function ThemeToggle() {
  useKey('t', toggleTheme);
  return (
    <Button isSquare onClick={toggleTheme} aria-label="Switch theme" aria-keyshortcuts="t" title="Switch theme (t)">
      <svg viewBox="0 0 16 16" className="size-4" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
    </Button>
  );
}
