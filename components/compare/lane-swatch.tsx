import type { LineStyle } from '#components/charts/uplot-chart.tsx';
import type { LaneName } from '#lib/client/lanes.ts';

/** How a lane's line is drawn: told apart by its strokes, not by colour alone. */
export const LANE_LINES: Record<LaneName, LineStyle> = {
  sse: { colorVariable: '--lane-sse', widthPx: 2 },
  'long-poll': { colorVariable: '--lane-long-poll', dashPx: [7, 4] },
  poll: { colorVariable: '--lane-poll', dashPx: [2, 3] },
  article: { colorVariable: '--lane-article', widthPx: 1 },
};

/** The line of a lane, as in the chart. */
export function LaneSwatch({ name }: { readonly name: LaneName }) {
  const { colorVariable, widthPx = 1.5, dashPx } = LANE_LINES[name];
  return (
    <svg viewBox="0 0 28 8" className="h-2 w-7 shrink-0" aria-hidden="true">
      <line
        x1="0"
        x2="28"
        y1="4"
        y2="4"
        strokeWidth={widthPx * 1.5}
        strokeDasharray={dashPx?.join(' ')}
        style={{ stroke: `var(${colorVariable})` }}
      />
    </svg>
  );
}
