'use client';

import { TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { announcer } from '#lib/client/announcer.ts';
import { useReadiness } from '#lib/client/hooks/use-readiness.ts';
import { RecordLogKind } from '#lib/protocol/constants.ts';

/** What every page must say of the server: that it is not Kafka, and that something is wrong, in words. */
export function ServerNotices() {
  const { problem, readiness } = useReadiness();
  useEffect(() => {
    if (problem !== null) announcer.announce(problem);
  }, [problem]);
  if (problem === null && readiness?.recordLog !== RecordLogKind.memory) return null;
  return (
    // At the foot of the window, above the page: it comes and goes, and what is read must not move for it.
    <aside aria-label="Server" className="fixed inset-x-0 bottom-0 z-10 border-t border-line bg-sunken">
      <div className="mx-auto flex w-full max-w-[1280px] flex-wrap items-center gap-x-4 gap-y-1 px-4 py-1.5 text-xs sm:px-6">
        {readiness?.recordLog === RecordLogKind.memory && (
          <span className="inline-flex items-center gap-1.5 rounded border border-dashed border-line-strong px-2 py-0.5 font-medium">
            Not Kafka: in-process log
          </span>
        )}
        {problem !== null && (
          <p data-testid="server-problem" className="flex min-w-0 items-center gap-1.5 font-medium text-loss">
            <TriangleAlert className="size-3.5 shrink-0" aria-hidden="true" />
            <span className="min-w-0 break-words">{problem}</span>
          </p>
        )}
      </div>
    </aside>
  );
}
