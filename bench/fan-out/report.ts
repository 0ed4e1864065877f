import type { BoutResult } from './bout.ts';
import type { CurveResult, ServerResult, WorkloadResult } from './results.ts';
import { isOverlapping, type Spread, spreadOf } from './statistics.ts';
import type { FigureSpec } from './workload.ts';

/** With fewer, two ranges lie apart by chance: the ratio is in brackets, as no claim. */
const CLAIM_RUNS_MIN = 3;

/** A row for each server, and a cell for each figure: its median, and in brackets the least and the most of the runs. */
export type Table = readonly Readonly<Record<string, string>>[];

/** @param reference the server that ratios are to, where it is among them */
export function tableOf({ workload, servers }: WorkloadResult, reference: string): Table {
  const referenceServer = servers.find(({ name }) => name === reference);
  return servers.map((server) => {
    const failures = server.runs.filter((run) => 'failure' in run).length;
    const row: Record<string, string> = { server: server.name, 'fed by': server.fedBy };
    for (const figure of workload.figures) {
      const atLeast = figure.isCompared && isFeedBound(server) ? '≥ ' : '';
      row[figure.label] = failures > 0 ? 'FAILED' : atLeast + cell(spread(server, figure), figure.digits);
      if (!figure.isCompared || referenceServer === undefined) continue;
      row[`× ${reference}: ${figure.label}`] = ratio(server, referenceServer, figure);
    }
    row.runs = failures === 0 ? String(server.runs.length) : `${failures} of ${server.runs.length} FAILED`;
    return row;
  });
}

/** A row for each point, and a column for each server. */
export function curveTableOf({ grows, figure, points }: CurveResult): Table {
  return points.map(({ at, servers }) => {
    const cells = Object.entries(servers).map(([name, result]) => [name, curveCell(result, figure)]);
    return { [grows]: at.toLocaleString('en'), ...Object.fromEntries(cells) };
  });
}

function curveCell(result: BoutResult, { key, digits }: FigureSpec): string {
  if ('failure' in result) return 'FAILED';
  const value = result.figures[key];
  return cell(value === undefined ? undefined : spreadOf([value]), digits);
}

/** Undefined where one of the runs has no such figure: the others' median would flatter. */
function spread({ runs }: ServerResult, { key }: FigureSpec): Spread | undefined {
  const values = runs.map((run) => ('figures' in run ? run.figures[key] : undefined));
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? spreadOf(known) : undefined;
}

function isFeedBound({ runs }: ServerResult): boolean {
  return runs.some((run) => 'figures' in run && run.isFeedBound === true);
}

function cell(values: Spread | undefined, digits: number): string {
  if (values === undefined) return '–';
  const { median, min, max } = values;
  const text = (value: number): string =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return min === max ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
}

function ratio(server: ServerResult, reference: ServerResult, figure: FigureSpec): string {
  if (server === reference) return '';
  if ([...server.runs, ...reference.runs].some((run) => 'failure' in run)) return '–';
  const [own, other] = [spread(server, figure), spread(reference, figure)];
  if (own === undefined || other === undefined) return '–';
  if (isOverlapping(own, other)) return 'no difference';
  if (isFeedBound(reference)) return '–';
  const text = `${isFeedBound(server) ? '≥ ' : ''}× ${(own.median / other.median).toFixed(2)}`;
  return Math.min(server.runs.length, reference.runs.length) < CLAIM_RUNS_MIN ? `(${text})` : text;
}

export function markdownOf(table: Table): string {
  const columns = Object.keys(table[0] ?? {});
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = table.map((row) => line(columns.map((column) => row[column] ?? '')));
  return [line(columns), line(columns.map(() => '---')), ...rows].join('\n');
}
