'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { feedHref, feedIdProblem, SELECTED_FEED } from './feed-href.ts';

/** Goes to the feed of any ID. Before scripts run, the form itself does: `/feeds?feed=` shows it too. */
export function FeedPicker() {
  const router = useRouter();
  const [problem, setProblem] = useState<string | null>(null);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get(SELECTED_FEED);
    const id = typeof typed === 'string' ? typed : '';
    if (id === '') return;
    const found = feedIdProblem(id);
    setProblem(found);
    if (found === null) router.push(feedHref(id));
  }

  return (
    <form
      action="/feeds"
      onSubmit={submit}
      className="order-last flex min-w-0 basis-full items-center gap-2 sm:order-none sm:max-w-sm sm:flex-1"
    >
      <div className="relative min-w-0 flex-1">
        <input
          name={SELECTED_FEED}
          aria-label="Feed ID"
          placeholder="Feed ID, such as 1234"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : 'feed-picker-problem'}
          onInput={() => setProblem(null)}
          className="h-8 w-full rounded-md border border-line bg-surface px-3 font-mono placeholder:font-sans placeholder:text-ink-muted"
        />
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
