import { type ReactNode, useId } from 'react';
import { Button } from '#components/ui/button.tsx';

interface ChartFigureProps {
  readonly title: string;
  /** What the picture shows, in a few words. */
  readonly about: string;
  /** The picture for who cannot see it; renewed rarely, since it is read aloud. */
  readonly label: string;
  readonly testId: string;
  readonly isTableOpen: boolean;
  readonly onTable: (isOpen: boolean) => void;
  /** The picture in numbers, shown while it is open. */
  readonly table: ReactNode;
  readonly children: ReactNode;
}

/** A picture with its caption, and the same as a table. */
export function ChartFigure({ title, about, label, testId, isTableOpen, onTable, table, children }: ChartFigureProps) {
  const tableId = useId();
  return (
    <figure
      aria-label={label}
      data-testid={testId}
      className="flex min-w-0 flex-col rounded-lg border border-line bg-surface"
    >
      <figcaption className="flex min-h-10 flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-4 py-2">
        <span className="font-medium">{title}</span>
        <span className="mr-auto text-xs text-ink-muted">{about}</span>
        <Button onClick={() => onTable(!isTableOpen)} aria-expanded={isTableOpen} aria-controls={tableId}>
          {isTableOpen ? 'Hide table' : 'Show as table'}
        </Button>
      </figcaption>
      {children}
      <div id={tableId} hidden={!isTableOpen} className="border-t border-line">
        {isTableOpen && table}
      </div>
    </figure>
  );
}
