'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from '#lib/client/copy-text.ts';
import { Button } from './button.tsx';

/** How long the button says what has become of it, ms. */
const SAID_MS = 2000;
const WORDS = { idle: 'Copy', copied: 'Copied', refused: 'Not copied' } as const;

interface CopyButtonProps {
  /** What is copied, as one would name it: "the payload". */
  readonly what: string;
  readonly text: string;
}

/** Copies a text, and says whether that went well. */
export function CopyButton({ what, text }: CopyButtonProps) {
  const [state, setState] = useState<keyof typeof WORDS>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), SAID_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const Icon = state === 'copied' ? Check : Copy;
  return (
    <Button
      aria-label={`${WORDS[state]}: ${what}`}
      onClick={() => void copyText(text).then((isCopied) => setState(isCopied ? 'copied' : 'refused'))}
    >
      <Icon className="size-3.5" aria-hidden="true" />
      <span className={state === 'refused' ? 'text-loss' : ''}>{WORDS[state]}</span>
    </Button>
  );
}
