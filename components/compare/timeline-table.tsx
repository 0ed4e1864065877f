import { formatMs, formatSeconds } from '#lib/client/format.ts';
import { TIMELINE_MS } from '#lib/client/lane-timeline.ts';
import { LANE_TITLES } from '#lib/client/lanes.ts';
import { countWords, type LaneSummary, type TimelineSummary } from '#lib/client/timeline-summary.ts';

const COLUMNS = ['Events', 'Missed', 'Half within', 'Requests', 'Empty', 'Failed'] as const;

/** The picture in numbers; wider than a phone, so it scrolls by itself there. */
export function TimelineTable({ summary: { produced, lanes } }: { readonly summary: TimelineSummary }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard.
    <section aria-label="Delivery timeline as a table" tabIndex={0} className="overflow-x-auto px-4 py-2">
      <table className="w-full text-right whitespace-nowrap">
        <thead className="text-xs text-ink-muted">
          <tr>
            <th scope="col" className="py-1 text-left font-normal">
              Last {formatSeconds(TIMELINE_MS)}
            </th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className="py-1 pl-4 font-normal">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Row name="produced" title="Produced" cells={[countWords(produced), '–', '–', '–', '–', '–']} />
          {[...lanes].map(([name, lane]) => (
            <Row key={name} name={name} title={LANE_TITLES[name]} cells={cellsOf(lane)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** In the order of the columns. A stream is one request, made before the window or in it: nothing to count. */
function cellsOf({ events, missed, delayMsP50, requests, empty, failed }: LaneSummary): readonly string[] {
  const delay = delayMsP50 === null ? '–' : formatMs(delayMsP50);
  const asked = requests === 0 ? ['–', '–', '–'] : [requests, empty, failed].map((count) => countWords(count));
  return [countWords(events), countWords(missed), delay, ...asked];
}

function Row({
  name,
  title,
  cells,
}: {
  readonly name: string;
  readonly title: string;
  readonly cells: readonly string[];
}) {
  return (
    <tr data-table-row={name} className="border-t border-line">
      <th scope="row" className="py-1 text-left font-medium">
        {title}
      </th>
      {cells.map((cell, index) => (
        <td key={COLUMNS[index]} data-column={COLUMNS[index]} className="py-1 pl-4">
          {cell}
        </td>
      ))}
    </tr>
  );
}
