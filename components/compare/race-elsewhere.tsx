import { Button } from '#components/ui/button.tsx';

/** Instead of the race, in a tab that holds no connection because another one races. */
export function RaceElsewhere({ onTakeOver }: { readonly onTakeOver: () => void }) {
  return (
    // As high as the window, as the race would be: what is below stays below.
    <div className="min-h-dvh">
      <section
        data-testid="race-elsewhere"
        className="flex flex-col items-start gap-3 rounded-lg border border-line bg-surface p-5"
      >
        <h2 className="text-base font-semibold">The race runs in another tab</h2>
        <p className="max-w-prose text-ink-muted">
          Browsers allow six connections to a server over all tabs, and the race takes three. So one visible tab races,
          and this one holds none. It begins by itself when the other tab is closed or hidden.
        </p>
        <Button onClick={onTakeOver}>Take over here</Button>
      </section>
    </div>
  );
}
