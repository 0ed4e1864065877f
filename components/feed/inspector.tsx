'use client';

import type { Ref } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import type { RecordEvent } from '#lib/client/client-event.ts';
import { formatTimeOfDay } from '#lib/client/format.ts';
import { useFeed } from '#lib/client/hooks/use-feed.ts';
import { useKey } from '#lib/client/hooks/use-key.ts';
import type { StageTimes } from '#lib/client/stages.ts';
import { cameAtMs } from '#lib/client/tape.ts';
import { noEventWords } from '#lib/client/words.ts';
import { EventFacts } from './event-facts.tsx';
import { copyable, EventPayload } from './event-payload.tsx';
import { StageStrip } from './stage-strip.tsx';

export interface InspectedEvent {
  readonly event: RecordEvent;
  readonly stages: StageTimes | null;
}

interface InspectorProps {
  readonly ref: Ref<HTMLElement>;
  readonly level: 'h2' | 'h3';
  /** null: no event yet. */
  readonly shown: InspectedEvent | null;
  readonly isSelected: boolean;
  readonly onFollow: () => void;
}

/** One event in full: its value, the stages of its way, and everything around it. */
export function Inspector({ ref, level, shown, isSelected, onFollow }: InspectorProps) {
  return (
    <section
      ref={ref}
      aria-label="Event in full"
      data-testid="inspector"
      data-mode={isSelected ? 'selected' : 'newest'}
    >
      <Card
        title={isSelected ? 'Selected' : 'Last value'}
        level={level}
        className="@3xl:h-[40rem]"
        aside={shown !== null && <Title event={shown.event} />}
      >
        {shown === null ? <NoEvent /> : <EventPayload event={shown.event} />}
        <StageStrip stages={shown?.stages ?? null} isStored={shown?.event.isStored === true} />
        <EventFacts event={shown?.event ?? null} />
        <footer className="flex min-h-12 flex-wrap items-center gap-2 border-t border-line px-4 py-2">
          <p data-testid="inspector-mode" className="relative mr-auto text-xs text-ink-muted">
            {isSelected ? <SelectedWords shown={shown} /> : 'Following newest'}
          </p>
          <FollowButton isSelected={isSelected} onFollow={onFollow} />
          {shown !== null && <CopyButton {...copyable(shown.event)} />}
        </footer>
      </Card>
    </section>
  );
}

function Title({ event }: { readonly event: RecordEvent }) {
  return (
    <span className="whitespace-nowrap">
      {event.seq !== null && (
        <>
          seq <span data-testid="last-seq">{event.seq}</span> ·{' '}
        </>
      )}
      {event.isStored && <span data-testid="stored">stored · </span>}
      {formatTimeOfDay(cameAtMs(event))}
    </span>
  );
}

/** On a phone, where the title says it, without the word: the two buttons beside it must not wrap. */
function SelectedWords({ shown }: { readonly shown: InspectedEvent | null }) {
  const seq = shown?.event.seq ?? null;
  return (
    <>
      <span className="max-sm:sr-only">Selected: </span>
      {seq === null ? 'an event without a seq' : `#${seq}`}
    </>
  );
}

function NoEvent() {
  const connection = useFeed((state) => state.connection);
  return (
    <p
      data-testid="no-event"
      className="flex h-64 items-center justify-center px-4 text-center text-ink-muted @3xl:h-auto @3xl:flex-1"
    >
      {noEventWords(connection)}
    </p>
  );
}

/** Disabled, not gone, while none is selected: who presses it keeps the focus. */
function FollowButton({ isSelected, onFollow }: Pick<InspectorProps, 'isSelected' | 'onFollow'>) {
  return (
    <>
      {isSelected && <FollowKey onFollow={onFollow} />}
      <Button onClick={onFollow} disabled={!isSelected} aria-keyshortcuts="Escape">
        Follow newest
        <Kbd>Esc</Kbd>
      </Button>
    </>
  );
}

/** Its key is there only while one is selected: Escape has other uses. */
function FollowKey({ onFollow }: Pick<InspectorProps, 'onFollow'>) {
  useKey('Escape', onFollow);
  return null;
}
