'use client';

import { useEffect, useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { type SnippetName, snippetsOf } from '#lib/client/snippets.ts';

const TITLES: Record<SnippetName, string> = { javascript: 'JavaScript', react: 'React', curl: 'curl' };
const NAMES: readonly SnippetName[] = ['javascript', 'react', 'curl'];

interface SnippetsCardProps {
  readonly id: string;
  readonly level: 'h2' | 'h3';
  readonly className?: string;
}

/** The code that watches this very feed from elsewhere. */
export function SnippetsCard({ id, level, className = '' }: SnippetsCardProps) {
  const snippets = snippetsOf(useOrigin(), id);
  const [shown, setShown] = useState<SnippetName>('javascript');
  const tabs = NAMES.map((name) => ({ name, title: TITLES[name], content: <Code text={snippets[name]} /> }));
  return (
    <Card title="Watch it from your own code" level={level} className={className}>
      <Tabs
        label="Language"
        tabs={tabs}
        shown={shown}
        onShow={setShown}
        aside={<CopyButton what="the snippet" text={snippets[shown]} />}
      />
      <p className="border-t border-line px-4 py-2 text-xs leading-5 text-ink-muted">
        A page of another origin may read the feed where <code>CORS_ORIGINS</code> names it.
      </p>
    </Card>
  );
}

function Code({ text }: { readonly text: string }) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it (WCAG 2.1.1).
      tabIndex={0}
      data-testid="snippet"
      className="h-96 overflow-auto px-4 py-3 font-mono text-xs leading-5"
    >
      {text}
    </pre>
  );
}

/** Empty on the server, which does not know by which name it is reached. */
function useOrigin(): string {
  const [origin, setOrigin] = useState('');
  useEffect(() => setOrigin(location.origin), []);
  return origin;
}
