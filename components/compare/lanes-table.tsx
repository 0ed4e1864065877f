import type { RefObject } from 'react';
import { ChartTable } from '#components/charts/chart-table.tsx';
import { formatCount, formatMs, formatSeconds } from '#lib/client/format.ts';
import { useRenewed } from '#lib/client/hooks/use-renewed.ts';
import { LANE_TITLES, type LaneName } from '#lib/client/lanes.ts';
import type { LanePoints, LatencyPoint } from '#lib/client/latency-points.ts';
import { quantile, WINDOW_MS } from '#lib/client/stats.ts';

const COLUMNS = ['Events', 'Half within', '95 % within', 'Slowest'] as const;
/** Tables are read slowly; ms. */
const TABLE_MS = 1000;

interface LanesTableProps {
  readonly drawn: RefObject<LanePoints>;
  readonly isPaused: boolean;
}

/** What is drawn, in numbers; it freezes with the picture. */
export function LanesTable({ drawn, isPaused }: LanesTableProps) {
  const rows = useRenewed(
    () => [...drawn.current.lanes].map(([name, points]) => rowOf(name, points)),
    TABLE_MS,
    !isPaused,
  );
  return (
    <ChartTable label="Latency as a table" window={`Last ${formatSeconds(WINDOW_MS)}`} columns={COLUMNS} rows={rows} />
  );
}

function rowOf(name: LaneName, points: readonly LatencyPoint[]) {
  const latenciesMs = points.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const times = [0.5, 0.95, 1].map((q) => quantile(latenciesMs, q)).map((ms) => (ms === null ? '–' : formatMs(ms)));
  return { name, title: LANE_TITLES[name], cells: [formatCount(points.length), ...times] };
}
