'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { useFeedSuggestions } from '#lib/client/hooks/use-feed-suggestions.ts';
import { feedHref, feedIdProblem, SELECTED_FEED } from './feed-href.ts';
import { FeedSuggestions, optionId } from './feed-suggestions.tsx';

const LIST_ID = 'feed-picker-list';

/**
 * Goes to the feed of any ID, and suggests recent ones while typing. Before scripts run, the form itself does:
 * `/feeds?feed=` shows it too. It is on every page, so it is ARIA's combobox written out: a library's is 45 KB.
 */
export function FeedPicker() {
  const router = useRouter();
  const [problem, setProblem] = useState<string | null>(null);
  const { ids, suggest } = useFeedSuggestions();
  const [activeId, setActiveId] = useState<string | null>(null);
  const activeOption = useRef<HTMLLIElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const activeIndex = activeId === null ? -1 : ids.indexOf(activeId);
  const active = ids[activeIndex];
  useEffect(() => {
    if (active !== undefined) activeOption.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  function close(): void {
    suggest('');
    setActiveId(null);
  }
  function watch(id: string): void {
    if (id === '') return;
    const found = feedIdProblem(id);
    setProblem(found);
    close();
    if (field.current !== null) field.current.value = id;
    if (found === null) router.push(feedHref(id));
  }
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    watch(active ?? field.current?.value ?? '');
  }
  function onInput(event: FormEvent<HTMLInputElement>): void {
    setProblem(null);
    setActiveId(null);
    suggest(event.currentTarget.value);
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (ids.length === 0 || event.nativeEvent.isComposing) return;
    if (event.key !== 'Escape' && step === undefined) return;
    event.preventDefault();
    if (step === undefined) close();
    else setActiveId(ids[stepped(activeIndex, step, ids.length)] ?? null);
  }

  return (
    <form
      action="/feeds"
      onSubmit={submit}
      className="order-last flex min-w-0 basis-full items-center gap-2 sm:order-none sm:max-w-sm sm:flex-1"
    >
      <div className="relative min-w-0 flex-1">
        <input
          ref={field}
          name={SELECTED_FEED}
          role="combobox"
          aria-label="Feed ID"
          aria-autocomplete="list"
          aria-expanded={ids.length > 0}
          aria-controls={LIST_ID}
          aria-activedescendant={active === undefined ? undefined : optionId(LIST_ID, activeIndex)}
          placeholder="Feed ID, such as 1234"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : 'feed-picker-problem'}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onBlur={close}
          className="h-8 w-full rounded-md border border-line bg-surface px-3 font-mono placeholder:font-sans placeholder:text-ink-muted"
        />
        {ids.length > 0 && (
          <FeedSuggestions
            listId={LIST_ID}
            ids={ids}
            activeIndex={activeIndex}
            activeOption={activeOption}
            onChoose={watch}
          />
        )}
        {problem !== null && (
          <p
            id="feed-picker-problem"
            className="absolute top-full left-0 z-20 mt-1 rounded-md border border-loss bg-surface px-3 py-2 text-loss"
          >
            {problem}
          </p>
        )}
      </div>
      <Button type="submit">Watch</Button>
    </form>
  );
}

/** Round through the options and the field itself, which is -1. */
function stepped(index: number, step: number, options: number): number {
  return ((index + 1 + step + options + 1) % (options + 1)) - 1;
}
