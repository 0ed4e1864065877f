'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { announcer } from '#lib/client/announcer.ts';
import { FAULT_WORDS, type FaultWords } from '#lib/client/fault-words.ts';
import { type AskedFault, faultLanes } from '#lib/client/lane-faults.ts';
import { LANE_NAMES, LANE_TITLES } from '#lib/client/lanes.ts';
import type { RaceRun } from '#lib/client/race.ts';
import { FAULT_TIMES_MAX, FAULT_VALUES } from '#lib/protocol/connection-fault.ts';

/** From the end of one strike to the beginning of the next, ms: time to come back. */
const PAUSE_MS = 6000;
const FIELD = 'h-8 min-w-0 rounded-md border border-line bg-ground px-2';

/** A fault that reads as a sentence: what, on which lane, how often. */
export function OwnFault({ run }: { readonly run: RaceRun | null }) {
  const [kind, setKind] = useState<FaultWords>(FAULT_WORDS[0] as FaultWords);
  const [said, setSaid] = useState<{ readonly run: RaceRun; readonly words: string } | null>(null);
  const range = FAULT_VALUES[kind.kind];

  function strike(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (run === null) return;
    const form = new FormData(event.currentTarget);
    const only = LANE_NAMES.find((name) => name === form.get('lane'));
    const fault = faultOf(kind, form);
    faultLanes(run, [fault], { nowMs: Date.now(), ...(only !== undefined && { only }) });
    const words = sentenceOf(kind, fault, only === undefined ? 'every lane' : LANE_TITLES[only]);
    setSaid({ run, words });
    announcer.announce(words);
  }

  return (
    <section aria-labelledby="own-fault-title">
      <h3 id="own-fault-title" className="font-medium">
        A fault of your own
      </h3>
      <form onSubmit={strike} className="mt-3 flex flex-wrap items-center gap-2">
        <select
          aria-label="Fault"
          value={kind.kind}
          onChange={({ target }) => setKind(FAULT_WORDS.find((words) => words.kind === target.value) ?? kind)}
          className={`${FIELD} w-full`}
        >
          {FAULT_WORDS.map((words) => (
            <option key={words.kind} value={words.kind}>
              {words.words}
            </option>
          ))}
        </select>
        {kind.value !== undefined && (
          <span className="flex items-center gap-2">
            {kind.value.joint}
            <input
              key={kind.kind}
              aria-label={`How much, ${kind.value.unit}`}
              name="value"
              type="number"
              required
              min={range?.min}
              max={range?.max}
              defaultValue={kind.value.standard}
              className={`${FIELD} w-24 tabular-nums`}
            />
            {kind.value.unit} {kind.value.note}
          </span>
        )}
        <span>on</span>
        <select aria-label="Lane" name="lane" defaultValue="sse" className={FIELD}>
          <option value="all">every lane</option>
          {LANE_NAMES.map((name) => (
            <option key={name} value={name}>
              {LANE_TITLES[name]}
            </option>
          ))}
        </select>
        <span className="flex items-center gap-2">
          <input
            aria-label="How often"
            name="times"
            type="number"
            required
            min={1}
            max={FAULT_TIMES_MAX}
            defaultValue={1}
            className={`${FIELD} w-16 tabular-nums`}
          />
          times
        </span>
        {kind.forMs > 0 && (
          <span className="flex items-center gap-2">
            for
            <input
              key={kind.kind}
              aria-label="How long, seconds"
              name="seconds"
              type="number"
              required
              min={1}
              max={3600}
              defaultValue={kind.forMs / 1000}
              className={`${FIELD} w-20 tabular-nums`}
            />
            s
          </span>
        )}
        <Button type="submit" disabled={run === null}>
          Do it
        </Button>
      </form>
      <p data-testid="own-fault" className="mt-2 min-h-5 text-xs text-ink-muted">
        {said !== null && said.run === run && said.words}
      </p>
    </section>
  );
}

type OwnFaultAsked = AskedFault & { readonly value: number; readonly times: number };

function sentenceOf({ words, value }: FaultWords, fault: OwnFaultAsked, where: string): string {
  const much = value === undefined ? '' : ` ${value.joint} ${fault.value} ${value.unit}`;
  return `${words}${much}: on ${where}, ${fault.times} ${fault.times === 1 ? 'time' : 'times'}, from now on.`;
}

function faultOf({ kind, value, forMs: standardMs }: FaultWords, form: FormData): OwnFaultAsked {
  const forMs = standardMs === 0 ? 0 : Number(form.get('seconds')) * 1000;
  const times = Number(form.get('times'));
  return {
    kind,
    value: value === undefined ? 0 : Number(form.get('value')),
    times,
    everyMs: times === 1 ? 0 : forMs + PAUSE_MS,
    forMs,
  };
}
