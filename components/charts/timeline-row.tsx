import type { ReactNode } from 'react';
import type { MarkName, Marks, RowShape } from './timeline-marks.ts';
import { ROW_HEIGHT_PX } from './timeline-scale.ts';

/** The marks of each shape, from back to front. */
const DOTS: readonly MarkName[] = ['dot-1', 'dot-2', 'dot-3', 'dot-4'];
const MARKS_OF: Record<RowShape, readonly MarkName[]> = {
  produced: ['grid', ...DOTS],
  stream: ['grid', 'link', ...DOTS, 'missed'],
  foil: ['grid', 'link', 'hole', ...DOTS, 'missed'],
  bars: ['grid', 'bar', 'bar-empty', 'bar-failed', ...DOTS, 'missed'],
  ticks: ['grid', 'tick', 'tick-empty', 'tick-failed', ...DOTS, 'missed'],
};

/** How each mark looks; `currentColor` is the lane's. */
const LOOKS: Record<MarkName, string> = {
  grid: 'stroke-line',
  link: 'stroke-current opacity-35',
  hole: 'stroke-loss stroke-2 [stroke-dasharray:2_3]',
  bar: 'fill-current opacity-35',
  'bar-empty': 'fill-surface stroke-current',
  'bar-failed': 'fill-surface stroke-loss',
  tick: 'fill-current stroke-current',
  'tick-empty': 'fill-surface stroke-current',
  'tick-failed': 'fill-surface stroke-loss',
  'dot-1': 'stroke-current stroke-[4.5px] [stroke-linecap:round]',
  'dot-2': 'stroke-current stroke-[7px] [stroke-linecap:round]',
  'dot-3': 'stroke-current stroke-[10px] [stroke-linecap:round]',
  'dot-4': 'stroke-current stroke-[14px] [stroke-linecap:round]',
  missed: 'stroke-loss stroke-[5.5px] [stroke-linecap:round]',
};

interface TimelineRowProps {
  readonly name: string;
  readonly shape: RowShape;
  readonly title: ReactNode;
  /** Name of the CSS variable that holds the row's colour. */
  readonly colorVariable: string;
  /** How thick the bar of a connection is, px. */
  readonly linkPx?: number | undefined;
}

/** A row without its marks, which `paintRow` draws. */
export function TimelineRow({ name, shape, title, colorVariable, linkPx }: TimelineRowProps) {
  return (
    <li
      data-row={name}
      className="border-t border-line first:border-t-0 @4xl:grid @4xl:grid-cols-[20rem_minmax(0,1fr)] @4xl:items-center"
    >
      <p className="px-4 pt-1.5 leading-tight @md:flex @md:items-baseline @md:justify-between @4xl:block @4xl:pt-0">
        <span className="flex items-center gap-2">{title}</span>
        <span data-words className="mt-0.5 block h-4 truncate text-xs leading-4 text-ink-muted" />
      </p>
      <svg
        aria-hidden="true"
        data-track
        className="block w-full"
        height={ROW_HEIGHT_PX}
        style={{ color: `var(${colorVariable})` }}
        fill="none"
      >
        {MARKS_OF[shape].map((mark) => (
          <path
            key={mark}
            data-mark={mark}
            className={LOOKS[mark]}
            strokeWidth={mark === 'link' ? linkPx : undefined}
          />
        ))}
        {/* The same rings again, smaller: what is missed is hollow. */}
        {shape !== 'produced' && (
          <path data-mark="missed" className="stroke-surface stroke-[2.75px] [stroke-linecap:round]" />
        )}
      </svg>
    </li>
  );
}

/** Draws a row, past React. */
export function paintRow(row: Element, marks: Marks): void {
  for (const path of row.querySelectorAll<SVGPathElement>('[data-mark]')) {
    const shape = marks[path.dataset.mark as MarkName] ?? '';
    if (path.getAttribute('d') !== shape) path.setAttribute('d', shape);
  }
}

/** Writes a row's numbers, past React: in words, and one by one as data. */
export function writeRow(row: HTMLElement, words: string, numbers: Readonly<Record<string, number>>): void {
  const place = row.querySelector('[data-words]');
  if (place !== null) place.textContent = words;
  for (const [name, value] of Object.entries(numbers)) row.dataset[name] = String(value);
}
