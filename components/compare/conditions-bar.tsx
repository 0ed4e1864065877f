'use client';

import { type FormEvent, useId, useState } from 'react';
import { feedIdProblem } from '#components/shell/feed-href.ts';
import { Button } from '#components/ui/button.tsx';
import { formatInterval, formatMs, formatSeconds } from '#lib/client/format.ts';
import type { Conditions } from '#lib/client/lanes.ts';
import { trafficOf } from '#lib/client/verdict.ts';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';
import { compareUrl, INTERVALS_MS, RTTS_MS, readConditions, WAITS_MS } from './conditions-url.ts';

interface ConditionsBarProps {
  /** null: no feed is chosen yet. */
  readonly conditions: Conditions | null;
  readonly isDemo: boolean;
}

/** What holds for all lanes. A change begins another race, and is in the URL, so that it can be kept and sent. */
export function ConditionsBar({ conditions, isDemo }: ConditionsBarProps) {
  const choose = (change: Partial<Conditions>): void => {
    const defaults = readConditions(new URLSearchParams({ feed: change.feedId ?? '' }), isDemo);
    const base = conditions ?? defaults;
    if (base !== null) window.history.pushState(null, '', compareUrl({ ...base, ...change }));
  };
  const kind = conditions === null ? undefined : trafficOf(conditions.feedId);
  return (
    <section
      aria-label="Conditions, the same for all lanes"
      className="flex flex-wrap items-end gap-x-6 gap-y-3 rounded-lg border border-line bg-surface px-4 py-3"
    >
      {isDemo && (
        <Choice
          title="Traffic"
          options={[
            { value: RACE_FEEDS.bursts, words: 'Bursts', hint: '30 events in 0.6 s, then 6 s of silence' },
            { value: RACE_FEEDS.steady, words: 'Steady', hint: '10 events a second' },
            { value: RACE_FEEDS.quiet, words: 'Quiet', hint: 'One event a minute' },
          ]}
          chosen={kind === undefined ? null : RACE_FEEDS[kind]}
          onChoose={(feedId) => choose({ feedId })}
        />
      )}
      <OwnFeed
        key={conditions?.feedId}
        feedId={kind === undefined ? (conditions?.feedId ?? '') : ''}
        onChoose={(feedId) => choose({ feedId })}
      />
      {conditions !== null && (
        <>
          {isDemo && (
            <Choice
              title="Added round trip"
              options={RTTS_MS.map((value) => ({ value, words: formatMs(value) }))}
              chosen={conditions.rttMs}
              onChoose={(rttMs) => choose({ rttMs })}
            />
          )}
          <Choice
            title="Naive polls every"
            options={INTERVALS_MS.map((value) => ({ value, words: formatInterval(value) }))}
            chosen={conditions.intervalMs}
            onChoose={(intervalMs) => choose({ intervalMs })}
          />
          <Choice
            title="Long polls wait"
            options={WAITS_MS.map((value) => ({ value, words: formatSeconds(value) }))}
            chosen={conditions.waitMs}
            onChoose={(waitMs) => choose({ waitMs })}
          />
        </>
      )}
    </section>
  );
}

interface ChoiceProps<T extends string | number> {
  readonly title: string;
  readonly options: readonly { readonly value: T; readonly words: string; readonly hint?: string }[];
  /** null: none of them. */
  readonly chosen: T | null;
  readonly onChoose: (value: T) => void;
}

/** Radio buttons that look like one strip: arrows move within it. */
function Choice<T extends string | number>({ title, options, chosen, onChoose }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-xs text-ink-muted">{title}</legend>
      <div className="flex h-8 rounded-md border border-line">
        {options.map(({ value, words, hint }) => (
          <label
            key={value}
            data-hint={hint}
            className="fade-state relative flex cursor-pointer items-center border-l border-line px-3 font-medium whitespace-nowrap first:rounded-l-md first:border-l-0 last:rounded-r-md hover:bg-sunken has-checked:bg-ink has-checked:text-surface has-focus-visible:z-10 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-sse"
          >
            <input
              type="radio"
              name={name}
              value={value}
              aria-describedby={hint === undefined ? undefined : `${name}-${value}`}
              checked={value === chosen}
              onChange={() => onChoose(value)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            {words}
          </label>
        ))}
      </div>
      {options.map(({ value, hint }) => (
        <span key={value} id={`${name}-${value}`} hidden>
          {hint}
        </span>
      ))}
    </fieldset>
  );
}

/** Any feed can be raced on, also one of a topic of one's own. */
function OwnFeed({ feedId, onChoose }: { readonly feedId: string; readonly onChoose: (feedId: string) => void }) {
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get('own-feed');
    if (typeof typed !== 'string' || typed === '') return;
    const found = feedIdProblem(typed);
    setProblem(found);
    if (found === null) onChoose(typed);
  }

  return (
    <form onSubmit={submit} className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-xs text-ink-muted">
        Own feed
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          name="own-feed"
          defaultValue={feedId}
          placeholder="ID"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onInput={() => setProblem(null)}
          className="h-8 w-36 min-w-0 rounded-md border border-line bg-ground px-3 font-mono placeholder:font-sans placeholder:text-ink-muted"
        />
        <Button type="submit">Race</Button>
      </div>
      {problem !== null && (
        <p id={`${id}-problem`} className="mt-1 text-loss">
          {problem}
        </p>
      )}
    </form>
  );
}
