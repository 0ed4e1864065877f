'use client';

import { useId, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { announcer } from '#lib/client/announcer.ts';
import { sendFault } from '#lib/client/control.ts';
import type { PodFault } from '#lib/protocol/control.ts';

/** A fault that lasts does so for this long, ms; the labels say it. */
export const FAULT_MS = 5_000;

interface FaultButtonProps {
  readonly label: string;
  /** Which of several that have this label, for those who hear it. */
  readonly about?: string;
  readonly fault: PodFault;
  /** Why it cannot be done, in words; null where it can. */
  readonly obstacle: string | null;
}

/** Orders a fault. What becomes of it is among the outcomes; that it cannot be done is said below, in a line of its own. */
export function FaultButton({ label, about, fault, obstacle }: FaultButtonProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const wordsId = useId();

  async function send(): Promise<void> {
    setSending(true);
    setProblem(null);
    try {
      await sendFault(fault);
    } catch (error) {
      const { message } = error as Error;
      setProblem(message);
      announcer.announce(message);
    } finally {
      setSending(false);
    }
  }

  return (
    <div className="flex min-w-0 flex-col items-start gap-1">
      <Button
        onClick={() => void send()}
        disabled={obstacle !== null || isSending}
        aria-label={about === undefined ? undefined : `${label}: ${about}`}
        aria-describedby={wordsId}
      >
        {label}
      </Button>
      <p id={wordsId} className={`min-h-4 text-xs ${problem === null ? 'text-ink-muted' : 'text-loss'}`}>
        {obstacle ?? problem ?? ''}
      </p>
    </div>
  );
}
