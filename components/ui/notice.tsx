import type { ReactNode } from 'react';

interface NoticeProps {
  readonly title: string;
  readonly body: string;
  readonly children?: ReactNode;
}

/** A page or panel that has nothing to show, and says why and what to do. */
export function Notice({ title, body, children }: NoticeProps) {
  return (
    <div className="flex flex-col items-start gap-3 rounded-lg border border-line bg-surface p-5">
      <h1 className="text-lg font-semibold">{title}</h1>
      <p className="max-w-prose break-words text-ink-muted">{body}</p>
      {children}
    </div>
  );
}
