interface ChartTableProps {
  /** Of the table, for who does not see it. */
  readonly label: string;
  /** The head of the first column: the time that the numbers are of. */
  readonly window: string;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly name: string;
  readonly title: string;
  /** In the order of the columns. */
  readonly cells: readonly string[];
}

/** A picture in numbers; wider than a phone, so it scrolls by itself there. */
export function ChartTable({ label, window, columns, rows }: ChartTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard.
    <section aria-label={label} tabIndex={0} className="overflow-x-auto px-4 py-2">
      <table className="w-full text-right whitespace-nowrap">
        <thead className="text-xs text-ink-muted">
          <tr>
            <th scope="col" className="py-1 text-left font-normal">
              {window}
            </th>
            {columns.map((column) => (
              <th key={column} scope="col" className="py-1 pl-4 font-normal">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} data-table-row={row.name} className="border-t border-line">
              <th scope="row" className="py-1 text-left font-medium">
                {row.title}
              </th>
              {row.cells.map((cell, index) => (
                <td key={columns[index]} data-column={columns[index]} className="py-1 pl-4">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
