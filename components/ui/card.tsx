import type { ReactNode } from 'react';

interface CardProps {
  readonly title: string;
  /** Of the heading. */
  readonly level: 'h2' | 'h3';
  /** Stands at the right of the title. */
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A titled box: a 1 px border and no shadow. */
export function Card({ title, level: Heading, aside, className = '', children }: CardProps) {
  return (
    <section className={`flex min-w-0 flex-col rounded-lg border border-line bg-surface ${className}`}>
      <header className="flex min-h-10 items-center justify-between gap-3 border-b border-line px-4 py-2">
        <Heading className="font-medium">{title}</Heading>
        {aside !== undefined && <div className="text-xs text-ink-muted">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
