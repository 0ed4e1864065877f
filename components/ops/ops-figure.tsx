interface OpsFigureProps {
  readonly label: string;
  readonly value: string;
  readonly testId?: string;
}

/** One number of a pod, or of all of them, in a `dl`. */
export function OpsFigure({ label, value, testId }: OpsFigureProps) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-xs text-ink-muted">{label}</dt>
      <dd data-testid={testId} className="mt-0.5 truncate font-medium">
        {value}
      </dd>
    </div>
  );
}
