/** Instead of a race that the server lets nobody watch, or not this visitor. */
export function RaceRefused({ words }: { readonly words: string }) {
  return (
    // As high as the window, as the race would be: what is below stays below.
    <div className="min-h-dvh">
      <section
        data-testid="race-refused"
        className="flex flex-col items-start gap-3 rounded-lg border border-line bg-surface p-5"
      >
        <h2 className="text-base font-semibold">The server refuses this feed</h2>
        <p className="max-w-prose break-words text-loss">{words}</p>
        <p className="max-w-prose text-ink-muted">
          It is asked again every two seconds, and the race begins as soon as it may.
        </p>
      </section>
    </div>
  );
}
