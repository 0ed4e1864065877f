'use client';

import type { ReactNode } from 'react';
import type { RecordEvent, RecordFacts } from '#lib/client/client-event.ts';
import { formatMoment } from '#lib/client/format.ts';
import { visible } from '#lib/client/visible.ts';

/** What stands around the value: where the record is, when it was what, and the cursor behind it. */
export function EventFacts({ event }: { readonly event: RecordEvent | null }) {
  return (
    <section
      aria-label="The record"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it (WCAG 2.1.1).
      tabIndex={0}
      className="h-68 overflow-y-auto border-t border-line px-4 py-2 text-xs @3xl:h-58"
    >
      {event !== null && <Facts event={event} />}
    </section>
  );
}

function Facts({ event: { record, cursor, producedAtMs, arrivedAtMs } }: { readonly event: RecordEvent }) {
  return (
    <dl data-testid="facts" className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 leading-5">
      {record !== undefined && (
        <>
          <Fact name="Key">{keyWords(record)}</Fact>
          <Fact name="Place">{`${record.topic}, partition ${record.partition}, offset ${record.offset}`}</Fact>
        </>
      )}
      <Fact name="Produced">{producedAtMs === null ? '(the payload does not say)' : formatMoment(producedAtMs)}</Fact>
      {record !== undefined && (
        <>
          <Fact name="Timestamp">{formatMoment(record.timestampMs)}</Fact>
          <Fact name="Pod">{`${record.pod}, ${formatMoment(record.receivedAtMs)}`}</Fact>
        </>
      )}
      <Fact name="Arrived">{formatMoment(arrivedAtMs)}</Fact>
      {record !== undefined && <Fact name="Headers">{headerLines(record)}</Fact>}
      <Fact name="Cursor">{cursor}</Fact>
    </dl>
  );
}

/** Behind what is not UTF-8. */
const BASE64 = ' (base64)';

function keyWords({ key, keyEncoding }: RecordFacts): string {
  if (key === null) return '(none)';
  return keyEncoding === undefined ? visible(key) : key + BASE64;
}

function headerLines({ headers, binaryHeaders }: RecordFacts): ReactNode {
  const entries = Object.entries(headers);
  if (entries.length === 0) return '(none)';
  return entries.map(([name, value]) => (
    <span key={name} className="block">
      <bdi>{visible(name)}</bdi>: <bdi>{visible(typeof value === 'string' ? value : value.join(', '))}</bdi>
      {binaryHeaders?.includes(name) && BASE64}
    </span>
  ));
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-muted">{name}</dt>
      <dd data-fact={name.toLowerCase()} className="font-mono wrap-anywhere">
        {children}
      </dd>
    </>
  );
}
