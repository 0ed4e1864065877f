'use client';

import { useMemo } from 'react';
import { Card } from '#components/ui/card.tsx';
import { formatTimeOfDay } from '#lib/client/format.ts';
import { useFeed } from '#lib/client/hooks/use-feed.ts';
import { prettyJson } from '#lib/client/payload.ts';

/** More than this of one value is not laid out: a browser would spend seconds on it. */
const SHOWN_MAX_CHARS = 20_000;

/** The newest event's value: indented when it is JSON, verbatim when it is not. */
export function LastValue({ level }: { readonly level: 'h2' | 'h3' }) {
  const last = useFeed((state) => state.last);
  return (
    <Card
      title="Last value"
      level={level}
      aside={
        last !== null && (
          <>
            {last.seq !== null && (
              <>
                seq <span data-testid="last-seq">{last.seq}</span> ·{' '}
              </>
            )}
            {last.isStored && <span data-testid="stored">stored before · </span>}
            {formatTimeOfDay((last.isStored && last.producedAtMs) || last.arrivedAtMs)}
          </>
        )
      }
    >
      {last === null ? (
        <p className="flex h-64 items-center justify-center px-4 text-center text-ink-muted">
          No event yet. The next change of this ID shows here at once.
        </p>
      ) : (
        <Value data={last.data} />
      )}
    </Card>
  );
}

function Value({ data }: { readonly data: string }) {
  const shown = data.slice(0, SHOWN_MAX_CHARS);
  const pretty = useMemo(() => (data.length > SHOWN_MAX_CHARS ? null : prettyJson(data)), [data]);
  const hiddenChars = data.length - shown.length;
  return (
    <>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it (WCAG 2.1.1).
        tabIndex={0}
        data-testid="last-value"
        data-format={pretty === null ? 'verbatim' : 'json'}
        className="h-64 overflow-auto px-4 py-3 font-mono text-[13px] leading-5 break-words whitespace-pre-wrap"
      >
        {data === '' ? <span className="text-ink-muted">(empty value)</span> : (pretty ?? shown)}
      </pre>
      {hiddenChars > 0 && (
        <p className="border-t border-line px-4 py-2 text-xs text-ink-muted">{hiddenChars} more characters not shown</p>
      )}
    </>
  );
}
