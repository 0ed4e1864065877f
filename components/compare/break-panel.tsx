'use client';

import { Check, CircleDashed, X } from 'lucide-react';
import { Fragment, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { announcer } from '#lib/client/announcer.ts';
import {
  BREAK_SEPARATOR,
  type BreakResult,
  breakIt,
  breakParts,
  breakWords,
  type Disaster,
  idleBreak,
} from '#lib/client/break-it.ts';
import { sendFault } from '#lib/client/control.ts';
import { useNow } from '#lib/client/hooks/use-now.ts';
import type { RaceRun } from '#lib/client/race.ts';

interface BreakPanelProps {
  readonly run: RaceRun;
  readonly onClose: () => void;
}

/** The three disasters as they come, and what has come of them. */
export function BreakPanel({ run, onClose }: BreakPanelProps) {
  const [store, setStore] = useState(idleBreak);
  useEffect(() => {
    const life = new AbortController();
    setStore(breakIt({ run, sendFault }, life.signal));
    return () => life.abort();
  }, [run]);
  const { disasters, result } = useStore(store);
  useEffect(() => {
    if (result !== null) announcer.announce(breakWords(result));
  }, [result]);
  return (
    <Card
      title="Break it"
      level="h2"
      className="panel-above"
      aside={
        <Button isSquare onClick={onClose} aria-label="End" data-hint="End it; the race goes on">
          <X className="size-4" aria-hidden="true" />
        </Button>
      }
    >
      <div data-testid="break" className="flex flex-col gap-3 px-4 py-3">
        <ol className="grid gap-2 @2xl:grid-cols-3">
          {disasters.map((disaster) => (
            <DisasterStep key={disaster.name} disaster={disaster} startedAtMs={run.startedAtMs} />
          ))}
        </ol>
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-3 border-t border-line pt-3">
          {result === null ? (
            <p className="text-ink-muted">
              When all of it is back, what was produced is held against what was shown. Watch the timeline.
            </p>
          ) : (
            <Outcome result={result} />
          )}
        </div>
      </div>
    </Card>
  );
}

function DisasterStep({ disaster, startedAtMs }: { readonly disaster: Disaster; readonly startedAtMs: number }) {
  const { title, state, words, atMs } = disaster;
  return (
    <li data-disaster={disaster.name} data-state={state} className="flex min-w-0 items-start gap-2">
      {state === 'due' && <CircleDashed className="mt-0.5 size-4 shrink-0 text-ink-muted" aria-hidden="true" />}
      {state === 'done' && <Check className="mt-0.5 size-4 shrink-0" aria-hidden="true" />}
      {state === 'impossible' && <X className="mt-0.5 size-4 shrink-0 text-ink-muted" aria-hidden="true" />}
      <div className="min-w-0">
        <p className={state === 'due' ? '' : 'font-medium'}>{title}</p>
        <p className="text-xs text-ink-muted tabular-nums">
          {state === 'due' && <Countdown fromMs={startedAtMs} toMs={startedAtMs + atMs} />}
          {state === 'done' && `done, ${atMs / 1000} s into the race`}
          {state === 'impossible' && `not possible here: ${words}`}
        </p>
      </div>
    </li>
  );
}

function Countdown({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) {
  // The clock is read only once this stands on the page.
  const nowMs = Math.max(useNow(true), fromMs);
  const leftS = Math.max(0, Math.ceil((toMs - nowMs) / 1000));
  return <>in {leftS} s</>;
}

function Outcome({ result }: { readonly result: BreakResult }) {
  const parts = breakParts(result);
  return (
    <>
      <p data-testid="break-result" className="text-base tabular-nums">
        {parts.map(({ words, isLoss }, index) => (
          <Fragment key={words}>
            {index > 0 && ' '}
            {/* A line ends with a dot, and begins with none. */}
            <span className="whitespace-nowrap">
              {isLoss ? <strong className="text-loss">{words}</strong> : words}
              {index < parts.length - 1 && BREAK_SEPARATOR.trimEnd()}
            </span>
          </Fragment>
        ))}
      </p>
      <CopyButton what="the outcome" text={breakWords(result)} />
    </>
  );
}
