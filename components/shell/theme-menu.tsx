'use client';

import { Monitor, Moon, Sun, SunMoon } from 'lucide-react';
import { useState } from 'react';
import { ChoiceMenu } from '#components/ui/menu.tsx';
import { useKey } from '#lib/client/hooks/use-key.ts';
import { chooseTheme, chosenTheme, type Theme, toggleTheme } from './theme.ts';

const OPTIONS = [
  { value: 'light', words: 'Light', icon: Sun },
  { value: 'dark', words: 'Dark', icon: Moon },
  { value: 'system', words: 'As the system', icon: Monitor },
] as const;

/** Light, dark, or as the system has it; the key switches between the first two. */
export function ThemeMenu() {
  const [chosen, setChosen] = useState<Theme>('system');
  useKey('t', toggleTheme);
  return (
    <ChoiceMenu
      button={{
        isSquare: true,
        'aria-label': 'Theme',
        'aria-keyshortcuts': 't',
        'data-hint': 'Theme (t)',
        children: <SunMoon className="size-4" aria-hidden="true" />,
      }}
      options={OPTIONS}
      chosen={chosen}
      // Another tab, or the key, may have changed it since.
      onOpen={() => setChosen(chosenTheme())}
      onChoose={(theme) => {
        setChosen(theme);
        chooseTheme(theme);
      }}
    />
  );
}
