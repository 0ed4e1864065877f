'use client';

import { useMemo } from 'react';
import type { RecordEvent } from '#lib/client/client-event.ts';
import { formatCount } from '#lib/client/format.ts';
import { prettyJson } from '#lib/client/payload.ts';
import { isShortened, TAPE_VALUE_MAX_CHARS } from '#lib/client/tape.ts';
import { visible } from '#lib/client/visible.ts';

/** More than this of one value is not laid out: a browser would spend seconds on it. */
const SHOWN_MAX_CHARS = 20_000;

/** The value: indented when it is JSON, as base64 when it is no text, and verbatim when it is neither. */
export function EventPayload({ event }: { readonly event: RecordEvent }) {
  const shown = useMemo(() => shownOf(event), [event]);
  const note = noteOf(event, shown);
  return (
    <div className="flex h-64 min-h-0 flex-col @3xl:h-auto @3xl:flex-1">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it (WCAG 2.1.1).
        tabIndex={0}
        data-testid="last-value"
        data-format={shown.format}
        className="min-h-0 flex-1 overflow-auto px-4 py-3 font-mono text-[13px] leading-5 break-words whitespace-pre-wrap"
      >
        {shown.isWords ? <span className="text-ink-muted">{shown.text}</span> : visible(shown.text)}
      </pre>
      {note !== null && <p className="border-t border-line px-4 py-1.5 text-xs text-ink-muted">{note}</p>}
    </div>
  );
}

/** What the clipboard is given, and what that is called. */
export function copyable(event: RecordEvent): { readonly what: string; readonly text: string } {
  const { data, record } = event;
  const isBinary = record?.value.form === 'binary';
  const text = isBinary ? record.value.base64 : data;
  const form = isBinary ? ', as base64' : '';
  if (!isShortened(event)) return { what: `the value${form}`, text };
  return { what: `the beginning of the value${form}`, text: text.slice(0, TAPE_VALUE_MAX_CHARS) };
}

interface Shown {
  readonly format: 'json' | 'verbatim' | 'binary' | 'none';
  readonly text: string;
  /** It says what is there instead of a value. */
  readonly isWords?: true;
}

function shownOf({ data, record }: RecordEvent): Shown {
  if (record?.value.form === 'tombstone') return { format: 'none', text: '(no value: a tombstone)', isWords: true };
  if (record?.value.form === 'binary') {
    return { format: 'binary', text: record.value.base64.slice(0, SHOWN_MAX_CHARS) };
  }
  if (data === '') return { format: 'verbatim', text: '(empty value)', isWords: true };
  const pretty = data.length > SHOWN_MAX_CHARS ? null : prettyJson(data);
  if (pretty !== null) return { format: 'json', text: pretty };
  return { format: 'verbatim', text: data.slice(0, SHOWN_MAX_CHARS) };
}

function noteOf(event: RecordEvent, { format }: Shown): string | null {
  const { data, record } = event;
  const isBinary = record?.value.form === 'binary';
  const hasHidden = isBinary || format === 'verbatim';
  const hiddenChars = hasHidden ? (isBinary ? record.value.base64 : data).length - SHOWN_MAX_CHARS : 0;
  const parts = [
    isBinary && `Not UTF-8: ${formatCount(record.value.bytes)} bytes, as base64.`,
    isShortened(event) && `The tape keeps the first ${formatCount(TAPE_VALUE_MAX_CHARS)} characters of a value.`,
    hiddenChars > 0 && `${formatCount(hiddenChars)} more characters are not shown.`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : parts.join(' ');
}
