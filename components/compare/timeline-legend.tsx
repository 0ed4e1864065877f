import type { ReactNode } from 'react';
import { GRID_STEPS, PAD_PX } from '#components/charts/timeline-scale.ts';
import { TIMELINE_MS } from '#lib/client/lane-timeline.ts';

const STEP_S = TIMELINE_MS / 1000 / GRID_STEPS;

/** The times under the rows, as far from the edges as the marks are. */
export function TimelineAxis() {
  const ticks = Array.from({ length: GRID_STEPS + 1 }, (_, step) => (step - GRID_STEPS) * STEP_S);
  return (
    <div
      aria-hidden="true"
      className="border-t border-line text-xs text-ink-muted @4xl:grid @4xl:grid-cols-[20rem_minmax(0,1fr)]"
    >
      <ul className="col-start-2 flex h-6 items-center justify-between" style={{ paddingInline: PAD_PX }}>
        {ticks.map((s) => (
          <li key={s} className="flex w-0 justify-center whitespace-nowrap first:justify-start last:justify-end">
            {s === 0 ? 'now' : `−${-s} s`}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What the marks mean; shape tells it, colour only helps. */
export function TimelineLegend({ hasFoil }: { readonly hasFoil: boolean }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 border-t border-line px-4 py-2 text-xs text-ink-muted">
      <Meaning words="an event; larger: several at once">
        <circle cx="6" cy="8" r="2.25" fill="currentColor" />
        <circle cx="18" cy="8" r="5" fill="currentColor" />
      </Meaning>
      <Meaning words="connected, or request under way">
        <rect x="0" y="3" width="24" height="10" fill="currentColor" opacity="0.35" />
      </Meaning>
      <Meaning words="brought nothing; red: failed">
        <rect x="2.5" y="2.5" width="8" height="11" fill="none" stroke="currentColor" />
        <rect x="15.5" y="2.5" width="4" height="11" fill="none" stroke="currentColor" />
      </Meaning>
      <Meaning words="missed, when produced" isLoss>
        <circle cx="12" cy="8" r="2.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </Meaning>
      {hasFoil && (
        <Meaning words="cut: what comes now is lost" isLoss>
          <line x1="0" x2="24" y1="8" y2="8" stroke="currentColor" strokeWidth="2" strokeDasharray="2 3" />
        </Meaning>
      )}
    </ul>
  );
}

interface MeaningProps {
  readonly words: string;
  readonly isLoss?: boolean;
  readonly children: ReactNode;
}

function Meaning({ words, isLoss = false, children }: MeaningProps) {
  return (
    <li className="flex items-center gap-2">
      <svg viewBox="0 0 24 16" className={`h-4 w-6 shrink-0 ${isLoss ? 'text-loss' : 'text-ink'}`} aria-hidden="true">
        {children}
      </svg>
      {words}
    </li>
  );
}
