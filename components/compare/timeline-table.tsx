import { ChartTable } from '#components/charts/chart-table.tsx';
import { formatMs, formatSeconds } from '#lib/client/format.ts';
import { TIMELINE_MS } from '#lib/client/lane-timeline.ts';
import { LANE_TITLES } from '#lib/client/lanes.ts';
import { countWords, type LaneSummary, type TimelineSummary } from '#lib/client/timeline-summary.ts';

const COLUMNS = ['Events', 'Missed', 'Half within', 'Requests', 'Empty', 'Failed'] as const;

export function TimelineTable({ summary: { produced, lanes } }: { readonly summary: TimelineSummary }) {
  const rows = [...lanes].map(([name, lane]) => ({ name, title: LANE_TITLES[name], cells: cellsOf(lane) }));
  return (
    <ChartTable
      label="Delivery timeline as a table"
      window={`Last ${formatSeconds(TIMELINE_MS)}`}
      columns={COLUMNS}
      rows={[{ name: 'produced', title: 'Produced', cells: [countWords(produced), '–', '–', '–', '–', '–'] }, ...rows]}
    />
  );
}

/** In the order of the columns. A stream is one request, made before the window or in it: nothing to count. */
function cellsOf({ events, missed, delayMsP50, requests, empty, failed }: LaneSummary): readonly string[] {
  const delay = delayMsP50 === null ? '–' : formatMs(delayMsP50);
  const asked = requests === 0 ? ['–', '–', '–'] : [requests, empty, failed].map((count) => countWords(count));
  return [countWords(events), countWords(missed), delay, ...asked];
}
