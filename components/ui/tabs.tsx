'use client';

import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

interface TabsProps<Name extends string> {
  /** What the tabs choose between, for who does not see them. */
  readonly label: string;
  readonly tabs: readonly { readonly name: Name; readonly title: string; readonly content: ReactNode }[];
  readonly shown: Name;
  readonly onShow: (name: Name) => void;
  /** Stands at the right of the tabs. */
  readonly aside?: ReactNode;
}

/** One of several contents, chosen above it. */
export function Tabs<Name extends string>({ label, tabs, shown, onShow, aside }: TabsProps<Name>) {
  return (
    <Base.Root value={shown} onValueChange={onShow} className="flex min-h-0 min-w-0 flex-col">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2">
        <Base.List aria-label={label} className="flex gap-1">
          {tabs.map(({ name, title }) => (
            <Base.Tab
              key={name}
              value={name}
              className="fade-state h-8 rounded-md border border-transparent px-3 text-ink-muted hover:text-ink data-active:border-line-strong data-active:bg-sunken data-active:font-medium data-active:text-ink"
            >
              {title}
            </Base.Tab>
          ))}
        </Base.List>
        {aside}
      </div>
      {tabs.map(({ name, content }) => (
        <Base.Panel key={name} value={name} tabIndex={-1} className="min-w-0">
          {content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
