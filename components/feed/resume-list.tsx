'use client';

import { Card } from '#components/ui/card.tsx';
import { formatCount, formatTimeOfDay } from '#lib/client/format.ts';
import { useFeed } from '#lib/client/hooks/use-feed.ts';
import { RESUMES_MAX, type Resume } from '#lib/client/resume-log.ts';
import { gapWords, resumeWords } from '#lib/client/words.ts';

/** What became of the events at each reconnect, newest first. */
export function ResumeList({ level }: { readonly level: 'h2' | 'h3' }) {
  const resumes = useFeed((state) => state.resumes);
  return (
    <Card title="Resumes" level={level} aside={`newest first · last ${formatCount(RESUMES_MAX)} kept`}>
      {resumes.length === 0 ? (
        <p data-testid="no-resumes" className="flex h-64 items-center justify-center px-4 text-center text-ink-muted">
          No reconnect since watching began. After one, this says how long it took, and what was replayed and missed.
        </p>
      ) : (
        <section
          aria-label="Resumes"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it (WCAG 2.1.1).
          tabIndex={0}
          className="h-64 overflow-y-auto"
        >
          <ol data-testid="resumes">
            {resumes.map((resume) => (
              <ResumeRow key={resume.atMs} resume={resume} />
            ))}
          </ol>
        </section>
      )}
    </Card>
  );
}

function ResumeRow({ resume }: { readonly resume: Resume }) {
  const { atMs, kind, gap, missed } = resume;
  const isLoss = missed > 0 || gap !== null;
  return (
    <li data-resume={kind} className="border-b border-line px-4 py-2 text-xs leading-5">
      <span className="mr-3 font-mono text-ink-muted">{formatTimeOfDay(atMs)}</span>
      <span className={isLoss ? 'font-medium text-loss' : ''}>{resumeWords(resume)}</span>
      {gap !== null && <span className="block text-loss">{gapWords(gap.reason, gap.resumesAt)}</span>}
    </li>
  );
}
